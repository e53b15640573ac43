"""A program over a corpus whose documents have many vectors each, compared by the encoder's own similarity."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from harness.encoders.many import ManyVectors
from harness.encoders.stored import packed, unpacked
from primitives import MultiVectors

from .many_memory import RememberingMany
from .memory import FloatMatrix
from .retriever import ProgramRetriever
from .rows import GrowingRuns
from .running import Asked, Program, Seen
from .snapshot import Snapshot

_VECTORS_AT_ONCE = 1 << 16
"""Vectors of documents that are made float32 at a time to be compared: 96 MiB of 384 wide ones."""


class ManyRetriever(ProgramRetriever):
    """A ProgramRetriever over many vectors a text.

    Many vectors are held, saved and mapped in the type of number that the encoder keeps them in. What a program sees as
    `sim` is the encoder's similarity; its candidates are the nearest by the documents' one vector. Scores differ from
    those that were measured by what else stood in a product: 1e-6 of their size.
    """

    memory: RememberingMany

    def __init__(
        self,
        encoder: ManyVectors,
        program: Program,
        *,
        candidates: int | None = None,
        identity: Mapping[str, str] | None = None,
    ) -> None:
        """See ProgramRetriever."""
        self._last_whole: tuple[GrowingRuns, MultiVectors] | None = None
        super().__init__(encoder, program, candidates=candidates, identity=identity)

    def _remembering(self, encoder: Any) -> RememberingMany:
        return RememberingMany(encoder)

    def _empty(self, dim: int) -> Snapshot:
        return Snapshot.empty(dim, GrowingRuns.empty(dim, self.memory.encoder.stored))

    def _embedded(self, texts: list[str]) -> tuple[FloatMatrix, GrowingRuns | None]:
        found = self.memory.embed_both(texts)
        kept = packed(found.many.vectors, self.memory.encoder.stored)
        return found.vectors, GrowingRuns.of(kept, found.many.offsets)

    def _asked(self, query: str) -> Asked:
        found = self.memory.query(query)
        return Asked(query, found.vectors, found.many)

    def _sample(self, query: str) -> Asked:
        found = self.memory.embed_both([query], role="query")
        return Asked(query, found.vectors, found.many)

    def _seen(self, snapshot: Snapshot, rows: NDArray[np.int64] | None = None) -> Seen:
        seen = super()._seen(snapshot, rows)
        if not self._program.takes_many:
            return seen
        return Seen(seen.vectors, seen.texts, self._whole(snapshot) if rows is None else _made(_of(snapshot, rows)))

    def _similarities(self, asked: Asked, snapshot: Snapshot) -> FloatMatrix:
        return self._compared(asked, _runs(snapshot))

    def _similarities_among(
        self, asked: Asked, snapshot: Snapshot, rows: NDArray[np.int64], near: NDArray[np.float32]
    ) -> FloatMatrix:
        return self._compared(asked, _of(snapshot, rows))

    def _compared(self, asked: Asked, runs: GrowingRuns) -> FloatMatrix:
        """Similarities of one query with n texts, float32 (1, n), some texts at a time."""
        found, offsets, first = np.empty((1, len(runs)), np.float32), runs.offsets.array, 0
        while first < len(runs):
            end = int(np.searchsorted(offsets, offsets[first] + _VECTORS_AT_ONCE, side="right")) - 1
            end = max(end, first + 1)
            some = unpacked(runs.rows.array[offsets[first] : offsets[end]])
            part = MultiVectors(some, offsets[first : end + 1] - offsets[first])
            found[:, first:end] = self.memory.encoder.similarity(asked.vec, part)
            first = end
        return found

    def _whole(self, snapshot: Snapshot) -> MultiVectors:
        """The whole corpus for a program that takes it: made float32 once."""
        runs, last = _runs(snapshot), self._last_whole
        if last is None or last[0] is not runs:
            last = self._last_whole = runs, _made(runs)
        return last[1]


def _runs(snapshot: Snapshot) -> GrowingRuns:
    assert snapshot.many is not None
    return snapshot.many


def _of(snapshot: Snapshot, rows: NDArray[np.int64]) -> GrowingRuns:
    return _runs(snapshot).take(rows)


def _made(runs: GrowingRuns) -> MultiVectors:
    return MultiVectors(unpacked(runs.rows.array), runs.offsets.array)
