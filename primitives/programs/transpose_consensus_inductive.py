"""Transpose-Consensus without the batch: the median of four channels, each document standardised among the documents.

Where Transpose-Consensus compares a document with what it scores for the other queries, here it is compared with what
it scores when the other documents are the queries: inductive. Documents are longer queries than real ones, so the
channels are put on one scale once more, per query. Cost: that of Transpose-Consensus, as the documents' vectors are at
hand.
"""

from primitives import bm25, chunk_segments, cosines, mean_over_segments, median_fusion, segment_scores, zscore_among


def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):
    cut = chunk_segments(d_texts, 3)
    vectors = embed_fn(cut.texts)

    def by_chunks(queries):
        best = segment_scores(queries, vectors, cut.starts)
        return [best, segment_scores(queries, vectors, cut.starts, mean_over_segments)]

    channels = [sim, bm25(q_texts, d_texts), *by_chunks(q_emb)]
    pseudo = [cosines(d_emb, d_emb), bm25(d_texts, d_texts), *by_chunks(d_emb)]
    return median_fusion(list(map(zscore_among, channels, pseudo)))
