"""Cross-Axis without the batch: cosine, words and best chunk, standardised over the documents and among them.

Where Cross-Axis compares a document with what it scores for the other queries, here it is compared with what it scores
when the other documents are the queries: inductive. Documents are longer queries than real ones, so the channels are
put on one scale once more, per query. Cost: that of Cross-Axis, as the documents' vectors are at hand.
"""

from primitives import bm25, chunk_segments, cosines, segment_scores, zscore_among, zscore_fusion


def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):
    cut = chunk_segments(d_texts, 3)
    vectors = embed_fn(cut.texts)
    channels = [sim, bm25(q_texts, d_texts), segment_scores(q_emb, vectors, cut.starts)]
    pseudo = [cosines(d_emb, d_emb), bm25(d_texts, d_texts), segment_scores(d_emb, vectors, cut.starts)]
    return zscore_fusion([*channels, *map(zscore_among, channels, pseudo)])
