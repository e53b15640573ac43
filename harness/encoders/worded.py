"""Many vectors a text, and beside them weights of words: what an encoder that fuses two similarities compares."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from harness.encoders.protocol import FloatMatrix
from primitives import MultiVectors, minmax
from primitives.vectors import join_vectors

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

UNIT = 100
"""Weights are kept in whole hundredths, as published."""
WORD_BYTES = 6
"""Of a word's weight in an index: its number, uint32, and its hundredths, uint16."""


@dataclass(frozen=True)
class WordedVectors(MultiVectors):
    """MultiVectors of n texts with the weights of their words."""

    words: "csr_matrix"
    """Hundredths, uint16 (n, words of the tokenizer)."""

    def take(self, texts: NDArray[np.int64]) -> "WordedVectors":
        """See MultiVectors."""
        dense = super().take(texts)
        return WordedVectors(dense.vectors, dense.offsets, self.words[texts])


def with_words(dense: MultiVectors, words: "csr_matrix | None") -> MultiVectors:
    """Both together; without words, the vectors alone."""
    return dense if words is None else WordedVectors(dense.vectors, dense.offsets, words)


def words_of(many: MultiVectors) -> "csr_matrix | None":
    """The weights of words, where there are such."""
    return many.words if isinstance(many, WordedVectors) else None


def join_many(parts: Sequence[MultiVectors], dim: int) -> MultiVectors:
    """The texts of several values, one after another; `dim` is the width where there are none."""
    # What was made of no texts knows of no words.
    return with_words(join_vectors(parts, dim), join_words([words_of(part) for part in parts if len(part)]))


def join_words(parts: "Sequence[csr_matrix | None]") -> "csr_matrix | None":
    """The weights of several values, one after another, if they have such."""
    found = [part for part in parts if part is not None]
    if not found:
        return None
    from scipy.sparse import vstack

    return vstack(found, format="csr")


def size_of(words: "csr_matrix | None") -> int:
    """Bytes of weights in an index, places of words included."""
    return 0 if words is None else WORD_BYTES * int(words.nnz)


def word_scores(queries: "csr_matrix", documents: "csr_matrix") -> FloatMatrix:
    """Inner products of the weights, float32 (Q, N); summed in float64, where whole hundredths are exact."""
    products = queries.astype(np.float64) @ documents.astype(np.float64).T
    scores: FloatMatrix = (products.toarray() / UNIT**2).astype(np.float32)
    return scores


def fused(dense: FloatMatrix, sparse: FloatMatrix) -> FloatMatrix:
    """The mean of both scores (Q, N), each from 0 to 1 within a query, as published: float32 (Q, N)."""
    both: FloatMatrix = ((minmax(dense) + minmax(sparse)) / 2).astype(np.float32)
    return both
