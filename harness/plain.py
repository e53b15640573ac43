"""Text from elsewhere made harmless for a terminal."""

import unicodedata

_HARMFUL = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
"""Unicode categories that move the cursor, reverse the direction, break the line or cannot be printed."""


def plain(text: str, limit: int = 200) -> str:
    """Replace control, format and unprintable characters by `?` and cut to `limit` characters with an ellipsis.

    A program's name, reason or lesson is an author's text and may hold terminal escapes or direction marks.
    """
    cut = text if len(text) <= limit else text[: limit - 1] + "…"
    return "".join("?" if unicodedata.category(character) in _HARMFUL else character for character in cut)
