"""What a retriever does otherwise where a text has one vector, and where it has many (`many_retriever`)."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import cosine
from .memory import RememberingEncoder
from .rows import GrowingRuns
from .running import Asked, FloatMatrix, Seen
from .snapshot import Snapshot


class OneVector:
    """Texts of one vector each: embedded, shown to a program, and compared by cosine."""

    memory: RememberingEncoder

    def _remembering(self, encoder: Any) -> RememberingEncoder:
        return RememberingEncoder(encoder)

    def _empty(self, dim: int) -> Snapshot:
        return Snapshot.empty(dim)

    def _embedded(self, texts: list[str]) -> tuple[FloatMatrix, GrowingRuns | None]:
        return self.memory.embed_once(texts), None

    def _asked(self, query: str) -> Asked:
        return Asked(query, self.memory.embed([query], role="query"))

    def _sample(self, query: str) -> Asked:
        """The same of a query that nobody asked, and that is not remembered."""
        return Asked(query, self.memory.embed_once([query], role="query"))

    def _seen(self, snapshot: Snapshot, rows: NDArray[np.int64] | None = None) -> Seen:
        """What a program sees of the whole corpus, or of some rows."""
        if rows is None:
            return Seen(snapshot.vectors.array, snapshot.all_texts)
        return Seen(snapshot.vectors.array[rows], [snapshot.texts[row] for row in rows])

    def _similarities(self, asked: Asked, snapshot: Snapshot) -> FloatMatrix:
        return cosine.cosines(asked.vector, snapshot.vectors.array)

    def _similarities_among(
        self, asked: Asked, snapshot: Snapshot, rows: NDArray[np.int64], near: NDArray[np.float32]
    ) -> FloatMatrix:
        """Of some rows, whose cosines are known."""
        return near[None, :]
