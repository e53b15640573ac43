"""Keys of servers: found in the environment or in `.env`, checked before use, and masked wherever they would rest."""

import os
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from harness.errors import UsageError
from harness.settings.masking import MASK

LEAST_CHARACTERS = 6
"""A shorter value is no key that anybody issues, and masking it would spoil ordinary words."""


def find_key(variable: str) -> str:
    """The key in an environment variable or, where that is unset, in `.env` of the working folder; empty where neither.

    Raises UsageError for a key that no server can be sent.
    """
    key = os.environ.get(variable) or _beside_the_run().get(variable) or ""
    wrong = next((character for character in key if not "!" <= character <= "~"), None)
    if wrong is not None:
        raise UsageError(
            f"The key in {variable} holds {_called(wrong)}, which no key does; copy the key again, without quotes, "
            "spaces or line breaks."
        )
    return key


def _called(character: str) -> str:
    return {"\n": "a line break", "\r": "a line break", " ": "a space", "\t": "a tab"}.get(character, f"'{character}'")


def _beside_the_run() -> Mapping[str, str | None]:
    path = Path(".env")
    try:
        return _read(path.absolute(), path.stat().st_mtime_ns) if path.is_file() else {}
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"The file .env cannot be read ({error}); write it in UTF-8 or remove it.") from error


@lru_cache(maxsize=1)
def _read(path: Path, changed_ns: int) -> Mapping[str, str | None]:
    from dotenv import dotenv_values

    return dotenv_values(path, interpolate=False)


def mask(text: str, keys: Sequence[str]) -> str:
    """The text with every key in it masked."""
    for key in keys:
        if len(key) >= LEAST_CHARACTERS:
            text = text.replace(key, MASK)
    return text
