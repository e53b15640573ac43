"""Keys of servers: found in the environment or in `.env`, checked before use, and masked wherever they would rest."""

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from harness.errors import UsageError

MASK = "***"
LEAST_CHARACTERS = 6
"""A shorter value is no key that anybody issues, and masking it would spoil ordinary words."""
NAMES = re.compile(
    r"api[-_]?key|access[-_]?key|private[-_]?key|secret|passw|authorization|bearer|credential|[-_]token$|^(key|token|auth)$",
    re.IGNORECASE,
)
"""Names of fields that hold keys."""


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


def masked(value: Any) -> Any:
    """JSON with the values of fields that hold keys, by their names, masked."""
    if isinstance(value, Mapping):
        return {
            name: MASK if _is_key(name) and isinstance(inner, str) else masked(inner) for name, inner in value.items()
        }
    return [masked(inner) for inner in value] if isinstance(value, list) else value


def keys_in(value: Any) -> Iterator[str]:
    """The values that `masked` masks."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            if _is_key(name) and isinstance(inner, str):
                yield inner
            else:
                yield from keys_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from keys_in(inner)


def _is_key(name: object) -> bool:
    return isinstance(name, str) and NAMES.search(name) is not None
