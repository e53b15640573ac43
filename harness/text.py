"""Plain text: that from elsewhere made harmless, and the end of a sentence about a name that does not exist."""

import difflib
import json
import re
import unicodedata
from collections.abc import Collection
from typing import Any

LONGEST_CELL = 32_000
"""Characters of a CSV cell; spreadsheets take 32,767."""
FORMULA = tuple("=+-@＝＋－＠")

_HARMFUL = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
"""Unicode categories that move the cursor, reverse the direction, break the line or cannot be printed."""
_UNUSUAL = re.compile(r"[^ -~\n\t]")


def plain(text: str, limit: int = 200) -> str:
    """Replace control, format and unprintable characters by `?` and cut to `limit` characters with an ellipsis.

    A line break or a tab becomes a space. A program's name, reason or lesson is an author's text and may hold terminal
    escapes or direction marks.
    """
    cut = _cut(text.replace("\r\n", "\n"), limit)
    return "".join(_plain(character) for character in cut)


def plain_lines(text: str, limit: int) -> str:
    """The same for a text of several lines: its line breaks stay, and tabs become four spaces."""
    lines = _cut(text, limit).replace("\r\n", "\n").replace("\t", "    ").split("\n")
    return "\n".join(plain(line, limit) for line in lines)


def visible(text: str, limit: int) -> str:
    """Write harmful characters as escapes (`\\x1b`, `\\u202e`), so that a reader of a source sees that they are there.

    Line breaks and tabs stay; a longer text is cut to `limit` characters with an ellipsis.
    """
    return _UNUSUAL.sub(_escape, _cut(text.replace("\r\n", "\n"), limit))


def counted(count: int, one: str, many: str = "") -> str:
    """`1 task`, `2 tasks`, `1,200 tasks`; `many` where the plural is not made with an `s`."""
    return f"{count:,} {one if count == 1 else many or f'{one}s'}"


def csv_cell(value: Any) -> Any:
    """A number as it is, None as nothing, a text such that no spreadsheet takes it for a formula.

    A text that begins with `=`, `+`, `-` or `@` gets an apostrophe before it; control and direction characters become
    `?`; texts over 32,000 characters are cut.
    """
    if value is None or isinstance(value, int | float):
        return value
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    text = plain_lines(text, LONGEST_CELL)
    return f"'{text}" if text.lstrip().startswith(FORMULA) else text


def nearest(word: str, known: Collection[str], otherwise: str = "") -> str:
    """How a sentence about an unknown word ends: `, did you mean 'x'?`, or all that there are where none is near.

    `otherwise` stands in place of the list, where that would be too long.
    """
    near = difflib.get_close_matches(word, known, n=1, cutoff=0.5)
    if near:
        return f", did you mean '{near[0]}'?"
    return otherwise or f"; choose one of {', '.join(known)}."


def _escape(found: re.Match[str]) -> str:
    character = found.group()
    return character.encode("unicode_escape").decode() if _harmful(character) else character


def _plain(character: str) -> str:
    if character in "\n\r\t":
        return " "
    return "?" if _harmful(character) else character


def _harmful(character: str) -> bool:
    return unicodedata.category(character) in _HARMFUL


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"
