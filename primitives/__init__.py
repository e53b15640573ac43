"""Classical retrieval operations as pure numpy functions, for programs to build on.

Importing this package loads every operation at once (a program runs where nothing can be imported any more); the
reference programs in `primitives.programs` are data and stay unloaded.
"""

from primitives.arrays import FloatMatrix, FloatStack, FloatVector, IndexArray
from primitives.centroids import CentroidIndex, centroid_index
from primitives.dimensions import select_dimensions
from primitives.discriminant import fisher_direction
from primitives.doubt import score_entropy, score_gap, shared_first
from primitives.feedback import centroid, rocchio, top_k, unit_rows
from primitives.fusion import (
    borda,
    comb_mnz,
    median_fusion,
    minmax_fusion,
    reciprocal_rank_fusion,
    sum_channels,
    zscore_fusion,
)
from primitives.graph import candidate_graphs, nearest_neighbours, neighbour_scores, pagerank
from primitives.hubness import (
    csls,
    density,
    document_statistics,
    local_scaling,
    zscore_among,
    zscore_by,
)
from primitives.interaction import (
    SegmentIndex,
    best_segments,
    coverage,
    max_over_segments,
    mean_over_segments,
    segment_index,
    segment_scores,
    top_over_segments,
)
from primitives.late import maxsim, pool_vectors, pooled_maxsim, prune_vectors, rarity
from primitives.lexical import LexicalIndex, bm25, lexical_index
from primitives.neighbours import NeighbourIndex, neighbour_index
from primitives.normalise import minmax, ranks, zscore
from primitives.passages import PassageIndex, passage_index, share_read
from primitives.products import cosines
from primitives.segments import Segments, chunk_segments, lead, pair_segments, sentence_segments, sentences, word_chunks
from primitives.tokens import words
from primitives.vectors import MultiVectors, multi_vectors

MANY_VECTORS = ("centroid_index", "maxsim", "multi_vectors", "pool_vectors", "pooled_maxsim", "prune_vectors", "rarity")
"""Functions for encoders that give a text many vectors; others have no use for them."""

DOUBT = ("score_entropy", "score_gap", "shared_first")
"""Functions by which a program spends more on some queries; told to authors of a search with a budget."""

__all__ = [
    "DOUBT",
    "MANY_VECTORS",
    "CentroidIndex",
    "FloatMatrix",
    "FloatStack",
    "FloatVector",
    "IndexArray",
    "LexicalIndex",
    "MultiVectors",
    "NeighbourIndex",
    "PassageIndex",
    "SegmentIndex",
    "Segments",
    "best_segments",
    "bm25",
    "borda",
    "candidate_graphs",
    "centroid",
    "centroid_index",
    "chunk_segments",
    "comb_mnz",
    "cosines",
    "coverage",
    "csls",
    "density",
    "document_statistics",
    "fisher_direction",
    "lead",
    "lexical_index",
    "local_scaling",
    "max_over_segments",
    "maxsim",
    "mean_over_segments",
    "median_fusion",
    "minmax",
    "minmax_fusion",
    "multi_vectors",
    "nearest_neighbours",
    "neighbour_index",
    "neighbour_scores",
    "pagerank",
    "pair_segments",
    "passage_index",
    "pool_vectors",
    "pooled_maxsim",
    "prune_vectors",
    "ranks",
    "rarity",
    "reciprocal_rank_fusion",
    "rocchio",
    "score_entropy",
    "score_gap",
    "segment_index",
    "segment_scores",
    "select_dimensions",
    "sentence_segments",
    "sentences",
    "share_read",
    "shared_first",
    "sum_channels",
    "top_k",
    "top_over_segments",
    "unit_rows",
    "word_chunks",
    "words",
    "zscore",
    "zscore_among",
    "zscore_by",
    "zscore_fusion",
]
