"""Candidates without a look at every vector, by faiss: for corpora of many millions. It may miss some of them."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .faults import RetrieverError

_TRAINED_ON = 40
"""Vectors for each cell, which is about what faiss asks for."""
_SEEN = 16
"""One cell in so many is looked into."""
_MORE = 4
"""Vectors are kept in 8 bits a number, so four times as many are fetched as are wanted, and compared exactly."""


class Approximate:
    """The first rows of a corpus in cells of near ones (IVF, Sivic and Zisserman, 2003), 8 bits a number.

    Nothing is added to it: later rows are for the caller to compare. Several threads may ask.
    """

    def __init__(self, index: Any) -> None:
        self._index = index

    @classmethod
    def of(cls, vectors: NDArray[np.float32]) -> "Approximate":
        """Of unit rows, float32 (N, dim). Raises RetrieverError where faiss is not installed."""
        faiss = _faiss()
        cells = max(1, int(np.sqrt(len(vectors))))
        index = faiss.index_factory(vectors.shape[1], f"IVF{cells},SQ8", faiss.METRIC_INNER_PRODUCT)
        drawn = np.random.default_rng(0).permutation(len(vectors))[: _TRAINED_ON * cells]
        index.train(np.ascontiguousarray(vectors[np.sort(drawn)]))
        for start in range(0, len(vectors), 100_000):
            index.add(np.ascontiguousarray(vectors[start : start + 100_000]))
        index.nprobe = max(1, cells // _SEEN)
        return cls(index)

    @classmethod
    def read(cls, data: NDArray[np.uint8]) -> "Approximate":
        """Of what `written` gave."""
        return cls(_faiss().deserialize_index(np.array(data)))

    @property
    def written(self) -> NDArray[np.uint8]:
        """As bytes, uint8 (n,)."""
        found: NDArray[np.uint8] = _faiss().serialize_index(self._index)
        return found

    def near(self, query: NDArray[np.float32], count: int, total: int) -> NDArray[np.int64]:
        """Rows, of `total`, among which the `count` nearest of query (1, dim) mostly are: those beyond it, too."""
        _, found = self._index.search(query, _MORE * count)
        own = found[0][found[0] >= 0]
        return np.concatenate([np.sort(own), np.arange(self._index.ntotal, total)])


def _faiss() -> Any:
    try:
        import faiss
    except ImportError:
        raise RetrieverError("An approximate index needs faiss; install the package with its extra [faiss].") from None
    return faiss
