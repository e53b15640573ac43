"""Fields that hold keys, which are never recorded."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

MASK = "***"
NAMES = re.compile(
    r"api[-_]?key|access[-_]?key|private[-_]?key|secret|passw|authorization|bearer|credential|[-_]token$|^(key|token|auth)$",
    re.IGNORECASE,
)
"""Names of fields that hold keys."""


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
