"""What a program's index may be made of, so that it can be kept in files, and how much it holds."""

import sys
from dataclasses import fields, is_dataclass

import numpy as np

PLAIN = (str, bytes, bool, int, float, np.generic, type(None))


def size_of(index: object) -> int:
    """Bytes that an index holds; what stands in it twice counts once.

    Raises TypeError where it holds anything but arrays of numbers or texts, texts, numbers, None, lists, tuples,
    dictionaries with texts as keys, and instances of dataclasses of these.
    """
    seen: set[int] = set()
    total, waiting = 0, [index]
    while waiting:
        value = waiting.pop()
        if id(value) in seen:
            continue
        seen.add(id(value))
        total += value.nbytes if isinstance(value, np.ndarray) else sys.getsizeof(value)
        waiting += _parts(value)
    return total


def _parts(value: object) -> list[object]:
    if isinstance(value, np.ndarray):
        if value.dtype.hasobject or value.dtype.names:
            raise TypeError("index returned an array of objects; use arrays of numbers, or a list of texts.")
        return []
    if isinstance(value, PLAIN):
        return []
    if isinstance(value, list | tuple):
        return list(value)
    if isinstance(value, dict) and all(isinstance(key, str) for key in value):
        return [*value, *value.values()]
    if is_dataclass(value) and not isinstance(value, type):
        return [getattr(value, field.name) for field in fields(value)]
    other = f"a value of type {type(value).__name__}"
    kind = "a dictionary whose keys are not texts" if isinstance(value, dict) else other
    raise TypeError(
        f"index returned {kind}; an index is made of arrays, texts, numbers, lists, tuples, dictionaries with texts "
        "as keys, and dataclasses of these."
    )
