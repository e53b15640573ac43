"""What all encoders share that give a text many vectors beside its one."""

import time
from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from harness.encoders.base import BaseEncoder
from harness.encoders.compare import compared
from harness.encoders.matryoshka import cut, unit_rows
from harness.encoders.protocol import EmbedOptions, EncodedBatch, EncodeRefused, FloatMatrix
from harness.encoders.stored import check_stored, rounded
from harness.encoders.texts import check_texts, clean, length_sorted
from harness.encoders.worded import join_many, with_words, words_of
from harness.errors import EncoderError, UsageError
from primitives import MultiVectors, multi_vectors

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

ALL = 4096
"""Vectors of a text that nobody limits: more than a model reads tokens, and the most that a program may ask for."""


class Read(NamedTuple):
    """What a forward pass gives of b texts."""

    pooled: FloatMatrix
    """(b, model_dim)."""
    parts: list[FloatMatrix]
    """Many vectors of each text, (K_i, model_dim)."""
    tokens: NDArray[np.int64]
    """Tokens read, (b,)."""
    words: "csr_matrix | None" = None
    """Weights of the words of each text, where the encoder gives such; see `WordedVectors`."""


class ManyVectors(BaseEncoder):
    """A ManyVectorEncoder but for its forward pass, compared by MaxSim.

    `queries` and `documents` are how many vectors a text has at most in a task, None for all; `mean` divides MaxSim by
    the number of a query's vectors, so that queries of all lengths have one scale. `stored` is the type of number that
    the cache and an exported index keep them in; all vectors are rounded to it, wherever they come from.
    """

    floor: float | None = None
    """The least that a query's vector adds to MaxSim: 0, or None for no such bound."""
    sparse = False
    """Whether texts have weights of words beside their vectors (see `harness.encoders.worded`)."""

    def __init__(
        self, *, queries: int | None, documents: int | None, mean: bool, stored: str = "float32", **rest: Any
    ) -> None:
        for name, value in (("query_vectors", queries), ("vectors", documents)):
            if value is not None and (not isinstance(value, int) or not 1 <= value <= ALL):
                raise UsageError(f"encoder.options.{name} must be a whole number from 1 to {ALL}, not {value!r}.")
        self.most_vectors: Mapping[str, int] = {"query": queries or ALL, "document": documents or ALL}
        self.stored, self._mean = check_stored(stored), mean
        super().__init__(**rest)

    @abstractmethod
    def _forward_many(self, texts: list[str], prompt: str, task: str, cap: int | None, most: int) -> Read:
        """Read b texts, with at most `most` vectors of each."""

    def _told(self, kind: str) -> str:
        """What decides the many vectors, for the fingerprint; no word of float32, as when there was nothing else."""
        kept = "" if self.stored == "float32" else f", stored={self.stored}"
        return f"{kind}, mean={self._mean}, {dict(self.most_vectors)}{kept}"

    def similarity(self, queries: MultiVectors, documents: MultiVectors) -> FloatMatrix:
        """MaxSim, float32 (Q, N), on the model's device if that is a GPU: see `harness.encoders.compare`."""
        device = str(getattr(getattr(self, "_model", None), "device", "cpu"))
        return compared(queries, documents, mean=self._mean, floor=self.floor, device=device)

    def variant(self, options: EmbedOptions = EmbedOptions()) -> str:  # noqa: B008
        """See protocol.Encoder."""
        one = super().variant(EmbedOptions(options.role, options.adapter, options.dim, options.max_tokens))
        return one if options.vectors is None else f"{one}, {_most(options.vectors)} vectors"

    def encode_batches(
        self,
        texts: Sequence[str],
        options: EmbedOptions = EmbedOptions(),  # noqa: B008
    ) -> Iterator[EncodedBatch]:
        """See protocol.Encoder."""
        if options.vectors is None:
            return super().encode_batches(texts, options)
        check_texts(texts)
        return self._many_batches(texts, *self._resolve(options), _most(options.vectors))

    def encode_many(self, texts: Sequence[str], options: EmbedOptions) -> MultiVectors:
        """The many vectors of n texts; `options.vectors` says how many at most, all by default."""
        asked = EmbedOptions(options.role, options.adapter, None, options.max_tokens, options.vectors or ALL)
        batches = list(self.encode_batches(texts, asked))
        whole = join_many([batch.many for batch in batches if batch.many is not None], self.dim)
        order = np.concatenate([np.empty(0, np.int64), *(batch.positions for batch in batches)])
        whole = whole.take(np.argsort(order))
        return with_words(MultiVectors(cut(whole.vectors, options.dim), whole.offsets), words_of(whole))

    def _many_batches(
        self, texts: Sequence[str], prompt: str, task: str, cap: int | None, most: int
    ) -> Iterator[EncodedBatch]:
        for positions in length_sorted(texts, self._batch_size, cap):
            start = time.perf_counter()
            read = self._forward_many([clean(texts[i]) for i in positions], prompt, task, cap, most)
            raw, parts = read.pooled, read.parts
            if not (np.isfinite(raw).all() and all(np.isfinite(part).all() for part in parts)):
                raise EncoderError(
                    f"Encoder {self.name} answered with numbers that are not finite; set encoder.dtype=float32."
                )
            many = multi_vectors([unit_rows(part[:, : self.dim]) for part in parts], self.dim)
            many = with_words(MultiVectors(rounded(many.vectors, self.stored), many.offsets), read.words)
            pooled = unit_rows(raw[:, : self.dim])
            yield EncodedBatch(positions, pooled, read.tokens, time.perf_counter() - start, many)


def pooled_tokens(vectors: FloatMatrix, most: int) -> FloatMatrix:
    """Unit rows (n, dim) as at most `most` unit means of their clusters; in the library's order where they are pooled.

    Source: token pooling (Clavié et al., 2024), as sentence-transformers has it: Ward's method on cosine distances.
    """
    if len(vectors) <= most:
        return vectors
    from sentence_transformers.multi_vector_encoder.modules import HierarchicalTokenPooling
    from torch import from_numpy

    # Half a cluster more, so that rounding never leaves one too few.
    pooling = HierarchicalTokenPooling(len(vectors) / (most + 0.5), num_protected_tokens=0)
    pooled: FloatMatrix = pooling.pool_one(from_numpy(vectors)).numpy()
    return pooled


def _most(vectors: object) -> int:
    if not isinstance(vectors, int) or isinstance(vectors, bool) or not 1 <= vectors <= ALL:
        raise EncodeRefused(f"vectors must be a whole number from 1 to {ALL}, not {vectors!r}.")
    return vectors
