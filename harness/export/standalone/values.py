"""What a program's `index` made, taken apart into JSON and arrays, and put together again."""

import base64
import importlib
from collections.abc import Sequence
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .faults import RetrieverError

OPERATIONS = "primitives."
"""Modules of operations that lie outside the package, as before a program is exported."""


def take_apart(value: Any, package: str) -> tuple[Any, list[NDArray[Any]]]:
    """A value as what JSON can hold, and the arrays that it refers to by their numbers.

    `package` holds the modules of its dataclasses. Raises TypeError for anything but numpy arrays, strings, bytes,
    numbers, bools, None, lists, tuples, dicts with string keys and dataclasses of the package.
    """
    arrays: list[NDArray[Any]] = []
    return _apart(value, package, arrays), arrays


def put_together(told: Any, arrays: Sequence[NDArray[Any]], package: str) -> Any:
    """Undo `take_apart`. Raises RetrieverError where a class is no longer there or has other fields."""
    if not isinstance(told, dict):
        return told
    ((kind, held),) = told.items()
    match kind:
        case "array":
            return arrays[held]
        case "number":
            return arrays[held][()]
        case "bytes":
            return base64.b64decode(held)
        case "list" | "tuple":
            made = [put_together(one, arrays, package) for one in held]
            return made if kind == "list" else tuple(made)
        case "dict":
            return {name: put_together(one, arrays, package) for name, one in held.items()}
        case _:
            return _object(held, arrays, package)


def _apart(value: Any, package: str, arrays: list[NDArray[Any]]) -> Any:
    if value is None or type(value) in (bool, int, float, str):
        return value
    if isinstance(value, np.ndarray | np.generic) and value.dtype.kind in "biufcSU":
        arrays.append(np.asarray(value))
        return {"array" if isinstance(value, np.ndarray) else "number": len(arrays) - 1}
    if type(value) is bytes:
        return {"bytes": base64.b64encode(value).decode()}
    if type(value) in (list, tuple):
        return {type(value).__name__: [_apart(one, package, arrays) for one in value]}
    if type(value) is dict and all(type(name) is str for name in value):
        return {"dict": {name: _apart(one, package, arrays) for name, one in value.items()}}
    home = _home(type(value), package)
    if is_dataclass(value) and not isinstance(value, type) and home is not None:
        held = {field.name: _apart(getattr(value, field.name), package, arrays) for field in fields(value)}
        return {"object": [home, type(value).__qualname__, held]}
    raise TypeError(
        f"index holds a {type(value).__name__}, which cannot be saved; make it of arrays, strings, numbers, lists, "
        "dicts with string keys and dataclasses."
    )


def _home(kind: type, package: str) -> str | None:
    """Where a class comes from: its module within the package, or the operations beside it; None for elsewhere."""
    module = kind.__module__
    if module == package or module.startswith(f"{package}."):
        return module[len(package) :]
    return module if module.startswith(OPERATIONS) else None


def _object(held: Any, arrays: Sequence[NDArray[Any]], package: str) -> Any:
    module, name, values = held
    try:
        if module and not module.startswith((".", OPERATIONS)):  # whatever a file says, no other module is imported
            raise ImportError(module)
        found: type[Any] | Any = importlib.import_module(module if module.startswith(OPERATIONS) else package + module)
        for part in name.split("."):
            found = getattr(found, part)
        if not (isinstance(found, type) and is_dataclass(found)):
            raise AttributeError(name)
        if {field.name for field in fields(found)} != set(values):
            raise AttributeError(name)
    except (ImportError, AttributeError):
        raise RetrieverError(f"The index holds a {name}, which this program no longer has; index again.") from None
    made: Any = found.__new__(found)
    for field, value in values.items():
        object.__setattr__(made, field, put_together(value, arrays, package))
    return made
