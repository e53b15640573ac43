"""Classical retrieval operations as pure numpy functions, for programs to build on.

Importing this package loads every operation at once (a program runs where nothing can be imported any more); the
reference programs in `primitives.programs` are data and stay unloaded.
"""

from primitives.arrays import FloatMatrix, IndexArray
from primitives.feedback import centroid, rocchio, top_k, unit_rows
from primitives.fusion import (
    borda,
    comb_mnz,
    minmax_fusion,
    reciprocal_rank_fusion,
    sum_channels,
    zscore_fusion,
)
from primitives.interaction import max_over_segments, mean_over_segments, segment_scores, top_over_segments
from primitives.lexical import bm25, words
from primitives.normalise import minmax, ranks, zscore
from primitives.segments import Segments, chunk_segments, sentence_segments, sentences, word_chunks

__all__ = [
    "FloatMatrix",
    "IndexArray",
    "Segments",
    "bm25",
    "borda",
    "centroid",
    "chunk_segments",
    "comb_mnz",
    "max_over_segments",
    "mean_over_segments",
    "minmax",
    "minmax_fusion",
    "ranks",
    "reciprocal_rank_fusion",
    "rocchio",
    "segment_scores",
    "sentence_segments",
    "sentences",
    "sum_channels",
    "top_k",
    "top_over_segments",
    "unit_rows",
    "word_chunks",
    "words",
    "zscore",
    "zscore_fusion",
]
