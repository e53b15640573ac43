"""The prompt that asks a language model for words that stand for a text, as token ids around the text.

Source: DiffRetriever (arXiv:2605.07210), whose code (github.com/ielab/diffretriever, MIT, commit 57384a5, the files
prompts/default/*_few.yaml and, for a single word, query_prompt_one.yaml and passage_prompt.yaml) gives the wording.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

SYSTEM = "You are an AI assistant that can understand human language."
BEFORE: Mapping[str, str] = {"query": 'Query: "', "document": 'Passage: "'}
QUOTE = '"'
CLOSING = 3
"""Tokens behind the masks of a chat, so that the masks hold words and not the end of the answer."""
_ENDS_OF_TURN = ("<|im_end|>", "<|eot_id|>")
_TEXT = "\N{OBJECT REPLACEMENT CHARACTER}"
"""Stands for the text in a chat template."""


@dataclass(frozen=True)
class Wording:
    """What stands around a text; None is as published."""

    before: Mapping[str, str] = field(default_factory=lambda: BEFORE)
    """By role."""
    after: str | None = None
    """What asks for the words."""
    answer: str | None = None
    """How the answer begins."""

    def of(self, role: str, count: int) -> tuple[str, str]:
        """What follows a text of this role, and how the answer of `count` words begins."""
        text, number = "query" if role == "query" else "passage", "one word" if count == 1 else "a few words"
        word, verb = ("word", "is") if count == 1 else ("words", "are")
        after = (
            f'". Use {number} to represent the {text} in a retrieval task. Make sure your {word} {verb} in lowercase.'
        )
        return after if self.after is None else self.after, (
            f'The {word} {verb}: "' if self.answer is None else self.answer
        )


@dataclass(frozen=True)
class Frame:
    """Token ids around a text."""

    first: list[int]
    last: list[int]
    """Up to the first word of the answer."""
    closing: list[int]
    """Behind the words."""

    @property
    def size(self) -> int:
        """Tokens beside the text and the words."""
        return len(self.first) + len(self.last) + len(self.closing)


def make_frame(tokenizer: Any, wording: Wording, before: str, role: str, count: int) -> Frame:
    """The prompt of a text of this role for `count` words: a chat where the tokenizer has a template for one.

    Without, all stands in one line between the tokenizer's own first and last token, where it has such.
    """
    after, answer = wording.of(role, count)
    if getattr(tokenizer, "chat_template", None):
        opened, _, asked = _chat(tokenizer, f"{before}{_TEXT}{after}").partition(_TEXT)
        return Frame(ids_of(tokenizer, opened), ids_of(tokenizer, asked + answer), _closing(tokenizer))
    begin = tokenizer.bos_token_id if tokenizer.cls_token_id is None else tokenizer.cls_token_id
    first = [] if begin is None else [begin]
    last = [] if tokenizer.sep_token_id is None else [tokenizer.sep_token_id]
    line = " ".join(part for part in (after, answer) if part)
    return Frame(first + ids_of(tokenizer, before), ids_of(tokenizer, line), ids_of(tokenizer, QUOTE) + last)


def ids_of(tokenizer: Any, text: str) -> list[int]:
    """A text's tokens without any that the tokenizer puts around it."""
    ids: list[int] = tokenizer(text, add_special_tokens=False)["input_ids"]
    return ids


def _chat(tokenizer: Any, said: str) -> str:
    """A user's turn behind the system's, and the beginning of the answer."""
    from jinja2 import TemplateError

    turns = [{"role": "system", "content": SYSTEM}, {"role": "user", "content": said}]
    try:
        text: str = tokenizer.apply_chat_template(turns, tokenize=False, add_generation_prompt=True)
    except TemplateError:  # some know of no system
        text = tokenizer.apply_chat_template(turns[1:], tokenize=False, add_generation_prompt=True)
    return text


def _closing(tokenizer: Any) -> list[int]:
    """The quote, the end of the turn, and ends of all."""
    known = [tokenizer.convert_tokens_to_ids(token) for token in _ENDS_OF_TURN]
    turn = [one for one in known if one is not None and one not in (tokenizer.unk_token_id, tokenizer.eos_token_id)]
    quote = ids_of(tokenizer, QUOTE)
    end = [] if tokenizer.eos_token_id is None else [tokenizer.eos_token_id]
    return (quote[:1] + turn[:1] + CLOSING * end)[:CLOSING]
