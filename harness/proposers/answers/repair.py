"""What chat windows and editors do to code, undone: only where a text does not parse as it stands."""

import html
import re
import unicodedata
from collections.abc import Callable
from itertools import combinations

from harness.proposers.answers.fences import dedented
from harness.proposers.answers.parsing import parses

_INVISIBLE = re.compile("[\ufeff\u200b\u200c\u200d\u2060\u00ad]")
_QUOTES = str.maketrans("“”„‟«»″‘’‚‛′`´", '"""""""' + "'''''''")
_SIGNS = str.maketrans({"–": "-", "—": "-", "−": "-", "×": "*", "÷": "/", "≤": "<=", "≥": ">=", "≠": "!=", "…": "..."})
_PROMPT = re.compile(r"^(?:>>>|\.\.\.)(?: |$)", re.MULTILINE)
_NUMBER = re.compile(r"^[ \t]*\d+[ \t]*(?:[|:│]|(?=\t))[ \t]?", re.MULTILINE)


def plain_spaces(text: str) -> str:
    """Every kind of space within a line as a space, and nothing invisible."""
    shown = _INVISIBLE.sub("", text)
    return "".join(" " if unicodedata.category(sign) == "Zs" else sign for sign in shown)


def plain_signs(text: str) -> str:
    """Typographic signs as those of code."""
    return text.translate(_QUOTES).translate(_SIGNS)


def _without_numbers(text: str) -> str:
    """The lines without numbers before them, where each has one."""
    lines = [line for line in text.split("\n") if line.strip()]
    return _NUMBER.sub("", text) if lines and all(map(_NUMBER.match, lines)) else text


def _without_prompts(text: str) -> str:
    """The lines of an interactive session without its prompts, where each has one."""
    lines = [line for line in text.split("\n") if line.strip()]
    return _PROMPT.sub("", text) if lines and all(map(_PROMPT.match, lines)) else text


REPAIRS: tuple[tuple[str, Callable[[str], str]], ...] = (
    ("indentation of the whole taken off", dedented),
    ("unusual spaces replaced by spaces", plain_spaces),
    ("HTML entities replaced by signs", html.unescape),
    ("typographic quotes and signs replaced by those of code", plain_signs),
    ("tabs replaced by spaces", lambda text: text.expandtabs(4)),
    ("line numbers taken off", _without_numbers),
    ("prompts of an interactive session taken off", _without_prompts),
)
"""What is told of each, and what it does, in the order in which several are done."""


MOST_AT_ONCE = 3
"""Repairs that are tried together."""


def repair(source: str) -> tuple[str, tuple[str, ...]]:
    """The source as it parses, and what was done for that: the fewest repairs that do, none where it parses or none do.

    A line or text within quotes is changed only where the whole would not parse otherwise.
    """
    if parses(source):
        return source, ()
    useful = [one for one in REPAIRS if one[1](source) != source or one[1] is dedented]
    for size in range(1, MOST_AT_ONCE + 1):
        for chosen in combinations(useful, size):
            text = source
            for _, change in chosen:
                text = change(text)
            if text != source and parses(text):
                return text, tuple(told for told, _ in chosen)
    return source, ()


def plain(line: str) -> str:
    """A line as all of its spellings are compared."""
    return plain_signs(html.unescape(plain_spaces(line))).expandtabs(4).rstrip()
