"""Transpose-Consensus without the batch: the median of four channels, each document standardised among the documents.

Where Transpose-Consensus compares a document with what it scores for the other queries, here it is compared with what
it scores when the other documents are the queries: inductive. Documents are longer queries than real ones, so the
channels are put on one scale once more, per query. Cost: that of Transpose-Consensus, as the documents' vectors are at
hand.
"""

from primitives import (
    chunk_segments,
    cosines,
    document_statistics,
    lexical_index,
    mean_over_segments,
    median_fusion,
    segment_index,
    segment_scores,
    zscore_by,
)


def score(queries, cosine, texts, chunks, word_index):
    """The four channels of queries, or of documents in their place."""
    best = segment_scores(queries, chunks.vectors, chunks.starts)
    mean = segment_scores(queries, chunks.vectors, chunks.starts, mean_over_segments)
    return [cosine, word_index.scores(texts), best, mean]


def index(d_emb, *, embed_fn, d_texts):
    chunks, word_index = segment_index(d_texts, embed_fn, chunk_segments, 3), lexical_index(d_texts)
    pseudo = score(d_emb, cosines(d_emb, d_emb), d_texts, chunks, word_index)
    return chunks, word_index, [document_statistics(scores) for scores in pseudo]


def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts, index):
    chunks, word_index, statistics = index
    channels = score(q_emb, sim, q_texts, chunks, word_index)
    return median_fusion(list(map(zscore_by, channels, statistics)))
