"""An index on disk: a folder with `index.json`, and beside it a folder of arrays that `index.json` names.

A save writes new arrays beside the old ones and then puts a new `index.json` in place of the old: whoever crashes, or
runs out of disk, leaves the old index as it was. Arrays are memory-mapped when they are read; nothing is pickled.
`index.json` has the SHA-256 sum of each array's file and of the facts, which are compared on demand.
"""

import hashlib
import json
import os
import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock, Timeout
from numpy.typing import NDArray

from .faults import RetrieverError

FORMAT = 1
HEAD = "index.json"
SUM = "sha256"


@dataclass(frozen=True)
class Stored:
    """What is in an index: arrays by name, facts that JSON holds, and the name of this state of it."""

    arrays: Mapping[str, NDArray[Any]]
    facts: Mapping[str, Any]
    state: str


def write(
    folder: Path, arrays: Mapping[str, NDArray[Any]], facts: Mapping[str, Any], *, expected: str | None, overwrite: bool
) -> str:
    """Write an index and return the name of its state.

    `expected` is the state that this one was made from; unless `overwrite`, any other that is there is left alone.
    Raises RetrieverError where it is, where another process is writing, or where the disk refuses.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _alone(folder):
            if not overwrite:
                _require_state(folder, expected)
            _sweep(folder)
            return _write(folder, arrays, facts)
    except OSError as error:
        raise RetrieverError(
            f"The index cannot be saved in {folder} ({error.strerror or error}); what was saved there before is "
            "untouched, so make room and save again."
        ) from None


def read(folder: Path, *, verify: bool = False) -> Stored:
    """Read an index, its arrays memory-mapped. Raises RetrieverError where there is none or a file of it is damaged.

    Without `verify`, that is seen by the files' sizes and beginnings alone; with it every byte is read and compared.
    """
    for _ in range(3):
        head = _head(folder)
        try:
            stored = Stored(_map(folder, head), head["facts"], head["state"])
            if verify:
                _verify(folder, head)
            return stored
        except FileNotFoundError as error:
            missing = error.filename  # replaced since its head was read: look again
    raise RetrieverError(f"The index in {folder} lacks its file {missing}; restore it, or index the corpus again.")


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    try:
        with FileLock(folder / "lock", timeout=0):
            yield
    except Timeout:
        raise RetrieverError(f"Another process is saving to {folder}; wait for it, then save again.") from None


def _require_state(folder: Path, expected: str | None) -> None:
    if not (folder / HEAD).exists():
        return
    if expected is None:
        raise RetrieverError(f"There is an index in {folder} already; load it first, or save with overwrite=True.")
    if _head(folder)["state"] != expected:
        raise RetrieverError(
            f"The index in {folder} was changed by somebody else since it was loaded; load it again and repeat the "
            "change, or save with overwrite=True."
        )


def _write(folder: Path, arrays: Mapping[str, NDArray[Any]], facts: Mapping[str, Any]) -> str:
    state = secrets.token_hex(8)
    place = folder / f"data-{state}"
    try:
        place.mkdir()
        written = {name: _write_array(place / f"{name}.npy", array) for name, array in arrays.items()}
        _sync(place)
        sizes, sums = ({name: pair[part] for name, pair in written.items()} for part in (0, 1))
        head = {"format": FORMAT, "state": state, "sizes": sizes, "sums": sums}
        head |= {"facts": dict(facts), "facts_sum": _sum_of_facts(facts)}
        _write_text(folder / f"{HEAD}.new", json.dumps(head))
        (folder / f"{HEAD}.new").replace(folder / HEAD)
        _sync(folder)
    except BaseException:
        shutil.rmtree(place, ignore_errors=True)
        (folder / f"{HEAD}.new").unlink(missing_ok=True)
        raise
    _sweep(folder)
    return state


def _write_array(path: Path, array: NDArray[Any]) -> tuple[int, str]:
    """Bytes of the file, and its sum."""
    with path.open("w+b") as file:
        np.save(file, array, allow_pickle=False)
        file.flush()
        os.fsync(file.fileno())
        size = file.tell()
        file.seek(0)
        return size, hashlib.file_digest(file, SUM).hexdigest()


def _sum_of_facts(facts: Mapping[str, Any]) -> str:
    return hashlib.new(SUM, json.dumps(facts).encode()).hexdigest()


def _write_text(path: Path, text: str) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    """Make the names in a folder last, where the system lets one ask for that."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _sweep(folder: Path) -> None:
    """Remove arrays that no head names: of the state before, and of saves that broke off."""
    try:
        current = f"data-{_head(folder)['state']}"
    except RetrieverError:
        current = ""
    for place in folder.glob("data-*"):
        if place.name != current:
            shutil.rmtree(place, ignore_errors=True)


def _head(folder: Path) -> dict[str, Any]:
    try:
        head = json.loads((folder / HEAD).read_text("utf-8"))
        form = head["format"]
        if form == FORMAT:
            own = {"state": head["state"], "sizes": dict(head["sizes"]), "facts": dict(head["facts"])}
            return own | {"sums": head.get("sums"), "facts_sum": head.get("facts_sum")}
    except FileNotFoundError:
        raise RetrieverError(f"There is no index in {folder}; index a corpus and save it there.") from None
    except (OSError, ValueError, KeyError, TypeError):
        raise RetrieverError(f"The file {folder / HEAD} is damaged; restore it, or index the corpus again.") from None
    raise RetrieverError(f"The index in {folder} has format {form} and this package reads {FORMAT}; index again.")


def _map(folder: Path, head: Mapping[str, Any]) -> dict[str, NDArray[Any]]:
    arrays = {}
    for name, size in head["sizes"].items():
        path = folder / f"data-{head['state']}" / f"{name}.npy"
        found = path.stat().st_size
        if found != size:
            raise RetrieverError(
                f"The file {path} is damaged ({found:,} bytes of {size:,}); restore it, or index the corpus again."
            )
        try:
            arrays[name] = np.load(path, mmap_mode="r", allow_pickle=False)
        except ValueError:
            raise RetrieverError(f"The file {path} is damaged; restore it, or index the corpus again.") from None
    return arrays


def _verify(folder: Path, head: Mapping[str, Any]) -> None:
    sums = head["sums"]
    if sums is None:  # as packages that were exported before have saved it
        raise RetrieverError(
            f"The index in {folder} was saved without checksums and cannot be verified; index the corpus again, or "
            "load it without verify and save it to have them from then on."
        )
    if _sum_of_facts(head["facts"]) != head["facts_sum"]:
        raise RetrieverError(f"The file {folder / HEAD} is damaged; restore it, or index the corpus again.")
    for name in head["sizes"]:
        path = folder / f"data-{head['state']}" / f"{name}.npy"
        with path.open("rb") as file:
            if hashlib.file_digest(file, SUM).hexdigest() != sums.get(name):
                raise RetrieverError(
                    f"The file {path} is damaged (its checksum is another); restore it, or index the corpus again."
                )
