"""A retriever's index as arrays and facts for the store, and back."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import store
from .approximate import Approximate
from .faults import RetrieverError
from .memory import Kept
from .rows import GrowingRows, GrowingStrings, PackedStrings
from .snapshot import Snapshot
from .values import put_together, take_apart

Arrays = dict[str, NDArray[Any]]


@dataclass(frozen=True)
class Loaded:
    """What an index holds."""

    snapshot: Snapshot
    kept: Kept
    state: str


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
        "variants": list(dict.fromkeys(variant for variant, _ in kept.rows)),
    }
    return store.write(folder, arrays, facts, expected=expected, overwrite=overwrite)


def load(folder: Path, dim: int, package: str, identity: Mapping[str, str]) -> Loaded:
    """Read an index. Raises RetrieverError where it is damaged, or of another program or encoder."""
    stored = store.read(folder)
    _require_identity(folder, stored.facts.get("identity", {}), identity)
    arrays = stored.arrays
    try:
        vectors = arrays["vectors"]
        if vectors.shape[1] != dim or len(arrays["live"]) != len(vectors):
            raise RetrieverError(f"The index in {folder} does not fit this encoder; index the corpus again.")
        snapshot = Snapshot(
            GrowingStrings(_unpacked("ids", arrays)),
            GrowingStrings(_unpacked("texts", arrays)),
            GrowingRows.of(vectors),
            np.array(arrays["live"]),
            approximate=Approximate.read(arrays["approximate"]) if "approximate" in arrays else None,
        )
        if stored.facts["is_prepared"]:
            parts = [arrays[f"prepared-{number}"] for number in range(sum(map(_is_prepared, arrays)))]
            snapshot.prepared.append(put_together(stored.facts["prepared"], parts, package))
        return Loaded(snapshot, _kept(arrays, stored.facts["variants"], dim), stored.state)
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


def _of_kept(kept: Kept) -> Arrays:
    numbers = {variant: number for number, variant in enumerate(dict.fromkeys(variant for variant, _ in kept.rows))}
    of_each = np.array([numbers[variant] for variant, _ in kept.rows], dtype=np.int32)
    texts = _packed("kept-texts", [text for _, text in kept.rows])
    return {"kept": kept.vectors.array, "kept-variants": of_each} | texts


def _kept(arrays: Mapping[str, NDArray[Any]], variants: list[str], dim: int) -> Kept:
    kept = Kept(dim)
    kept.vectors = GrowingRows.of(arrays["kept"])
    names = zip(arrays["kept-variants"].tolist(), _unpacked("kept-texts", arrays), strict=True)
    kept.rows = {(variants[variant], text): row for row, (variant, text) in enumerate(names)}
    return kept
