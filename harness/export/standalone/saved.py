"""A retriever's index as arrays and facts for the store, and back."""

from collections.abc import Mapping
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import store
from .approximate import Approximate
from .faults import RetrieverError
from .memory import Kept, Key
from .rows import GrowingRows, GrowingRuns, GrowingStrings, PackedStrings
from .snapshot import Snapshot
from .values import put_together, take_apart

Arrays = dict[str, NDArray[Any]]


@dataclass(frozen=True)
class Loaded:
    """What an index holds."""

    snapshot: Snapshot
    kept: Kept
    state: str


def place(folder: Path | str) -> Path:
    """The folder of an index. Raises RetrieverError for what is no path."""
    if not isinstance(folder, str | PathLike):
        raise RetrieverError(f"The folder is {type(folder).__name__}; give a path.")
    return Path(folder)


def save(
    folder: Path,
    snapshot: Snapshot,
    kept: Kept,
    package: str,
    identity: Mapping[str, str],
    *,
    expected: str | None,
    overwrite: bool,
) -> str:
    """Write an index and return the name of its state; raises as `store.write` does."""
    arrays: Arrays = {"vectors": snapshot.vectors.array, "live": snapshot.live}
    arrays |= _packed("ids", snapshot.ids) | _packed("texts", snapshot.texts) | _of_kept(kept)
    arrays |= _runs("many", snapshot.many) | _runs("kept-many", kept.many)
    if snapshot.approximate is not None:
        arrays["approximate"] = snapshot.approximate.written
    prepared = None
    if snapshot.prepared:
        try:
            prepared, parts = take_apart(snapshot.prepared[0], package)
        except TypeError as error:
            raise RetrieverError(f"The program's index cannot be saved: {error}") from None
        arrays |= {f"prepared-{number}": part for number, part in enumerate(parts)}
    facts = {
        "identity": dict(identity),
        "documents": snapshot.n_live,
        "is_prepared": bool(snapshot.prepared),
        "prepared": prepared,
        "variants": _variants(kept.rows),
        "many_variants": _variants(kept.many_rows),
    }
    return store.write(folder, arrays, facts, expected=expected, overwrite=overwrite)


def load(folder: Path, empty: Snapshot, package: str, identity: Mapping[str, str], *, verify: bool) -> Loaded:
    """Read an index of documents as `empty` has none; `verify` as in `store.read`. Raises RetrieverError where it is
    damaged, or of another program or encoder.
    """
    stored = store.read(folder, verify=verify)
    _require_identity(folder, stored.facts.get("identity", {}), identity)
    arrays = stored.arrays
    try:
        vectors, dim, many = arrays["vectors"], empty.vectors.array.shape[1], _unrun("many", arrays)
        if vectors.shape[1] != dim or len(arrays["live"]) != len(vectors) or not _fit(many, empty.many, len(vectors)):
            raise RetrieverError(f"The index in {folder} does not fit this encoder; index the corpus again.")
        snapshot = Snapshot(
            GrowingStrings(_unpacked("ids", arrays)),
            GrowingStrings(_unpacked("texts", arrays)),
            GrowingRows.of(vectors),
            np.array(arrays["live"]),
            many,
            approximate=Approximate.read(arrays["approximate"]) if "approximate" in arrays else None,
        )
        if stored.facts["is_prepared"]:
            parts = [arrays[f"prepared-{number}"] for number in range(sum(map(_is_prepared, arrays)))]
            snapshot.prepared.append(put_together(stored.facts["prepared"], parts, package))
        return Loaded(snapshot, _kept(arrays, stored.facts, dim), stored.state)
    except (KeyError, IndexError, TypeError, UnicodeDecodeError):
        raise RetrieverError(f"The index in {folder} is damaged; restore it, or index the corpus again.") from None


def _require_identity(folder: Path, found: Mapping[str, str], wanted: Mapping[str, str]) -> None:
    for name, value in wanted.items():
        if found.get(name) != value:
            raise RetrieverError(
                f"The index in {folder} was made with another {name} ({str(found.get(name))[:12]}, this is "
                f"{value[:12]}); index the corpus again."
            )


def _is_prepared(name: str) -> bool:
    return name.startswith("prepared-")


def _packed(name: str, strings: GrowingStrings | list[str]) -> Arrays:
    packed = PackedStrings.of(strings)
    return {f"{name}-utf8": packed.block, f"{name}-ends": packed.ends}


def _unpacked(name: str, arrays: Mapping[str, NDArray[Any]]) -> PackedStrings:
    block, ends = arrays[f"{name}-utf8"], arrays[f"{name}-ends"]
    if len(ends) and (np.diff(ends, prepend=0) < 0).any():
        raise IndexError(name)
    return PackedStrings(block, ends)


def _runs(name: str, runs: GrowingRuns | None) -> Arrays:
    return {} if runs is None else {name: runs.rows.array, f"{name}-offsets": runs.offsets.array}


def _unrun(name: str, arrays: Mapping[str, NDArray[Any]]) -> GrowingRuns | None:
    return GrowingRuns.of(arrays[name], arrays[f"{name}-offsets"]) if name in arrays else None


def _fit(found: GrowingRuns | None, wanted: GrowingRuns | None, n_texts: int) -> bool:
    """Whether these are the runs of so many texts, in rows of the wanted width and type; None where none are wanted."""
    if found is None or wanted is None:
        return found is wanted
    rows, like = found.rows.array, wanted.rows.array
    return len(found) == n_texts and rows.shape[1:] == like.shape[1:] and rows.dtype == like.dtype


def _variants(rows: Mapping[Key, int]) -> list[str]:
    return list(dict.fromkeys(variant for variant, _ in rows))


def _of_kept(kept: Kept) -> Arrays:
    found: Arrays = {"kept": kept.vectors.array}
    for name, rows in (("kept", kept.rows), *([] if kept.many is None else [("kept-many", kept.many_rows)])):
        numbers = {variant: number for number, variant in enumerate(_variants(rows))}
        found[f"{name}-variants"] = np.array([numbers[variant] for variant, _ in rows], dtype=np.int32)
        found |= _packed(f"{name}-texts", [text for _, text in rows])
    return found


def _kept(arrays: Mapping[str, NDArray[Any]], facts: Mapping[str, Any], dim: int) -> Kept:
    kept = Kept(dim, many=_unrun("kept-many", arrays))
    kept.vectors = GrowingRows.of(arrays["kept"])
    kept.rows = _keys("kept", arrays, facts["variants"])
    if kept.many is not None:
        kept.many_rows = _keys("kept-many", arrays, facts["many_variants"])
    return kept


def _keys(name: str, arrays: Mapping[str, NDArray[Any]], variants: list[str]) -> dict[Key, int]:
    names = zip(arrays[f"{name}-variants"].tolist(), _unpacked(f"{name}-texts", arrays), strict=True)
    return {(variants[variant], text): row for row, (variant, text) in enumerate(names)}
