"""Cross-Axis without the batch: cosine, words and best chunk, standardised over the documents and among them.

Where Cross-Axis compares a document with what it scores for the other queries, here it is compared with what it scores
when the other documents are the queries: inductive. Documents are longer queries than real ones, so the channels are
put on one scale once more, per query. Cost: that of Cross-Axis, as the documents' vectors are at hand.
"""

from primitives import (
    chunk_segments,
    cosines,
    document_statistics,
    lexical_index,
    segment_index,
    segment_scores,
    zscore_by,
    zscore_fusion,
)


def index(d_emb, *, embed_fn, d_texts):
    chunks, word_index = segment_index(d_texts, embed_fn, chunk_segments, 3), lexical_index(d_texts)
    by_chunks = segment_scores(d_emb, chunks.vectors, chunks.starts)
    pseudo = [cosines(d_emb, d_emb), word_index.scores(d_texts), by_chunks]
    return chunks, word_index, [document_statistics(scores) for scores in pseudo]


def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts, index):
    chunks, word_index, statistics = index
    channels = [sim, word_index.scores(q_texts), segment_scores(q_emb, chunks.vectors, chunks.starts)]
    return zscore_fusion([*channels, *map(zscore_by, channels, statistics)])
