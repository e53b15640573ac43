"""Thinking that a model leaves in its answer, dropped before anything is read."""

import re

_WORDS = "think(?:ing)?|thoughts?|reasoning|reflection|scratchpad"
_OPEN = re.compile(rf"^[ \t>]*(?:<(?:{_WORDS})>|\[(?:{_WORDS})\]|◁think▷)", re.IGNORECASE | re.MULTILINE)
_MARK = rf"(?:</(?:{_WORDS})>|\[/(?:{_WORDS})\]|◁/think▷)"
_CLOSE = re.compile(_MARK, re.IGNORECASE)
# Without its opening mark, one within a sentence or a program only names the mark.
_CLOSE_ALONE = re.compile(rf"^[ \t>]*{_MARK}|{_MARK}[ \t]*$", re.IGNORECASE | re.MULTILINE)
_FINAL = re.compile(r"<\|channel\|>final(?: [^<\n]*)?<\|message\|>|<\|start\|>assistant<\|channel\|>final<\|message\|>")
_ENDS = re.compile(r"<\|(?:end|return|endoftext|im_end|eot_id)\|>")


def drop_thinking(text: str) -> str:
    """The text without what stands between marks of thinking, whichever of the two marks is there.

    What stands before a closing mark that was never opened is thinking, and so is what follows an opening mark that is
    never closed: a draft is not an answer.
    """
    finals = list(_FINAL.finditer(text))
    if finals:
        text = _ENDS.split(text[finals[-1].end() :])[0]
    while opened := _OPEN.search(text):
        closed = _CLOSE.search(text, opened.end())
        text = text[: opened.start()] + (text[closed.end() :] if closed else "")
    alone = list(_CLOSE_ALONE.finditer(text))
    return text[alone[-1].end() :] if alone else text


def only_thinks(text: str) -> bool:
    """Whether there is nothing but thinking in a text."""
    return bool(text.strip()) and not drop_thinking(text).strip()
