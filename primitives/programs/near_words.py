"""Near Words: BM25 of words and of words near each other, in the best window and the document, with the cosine.

BM25 of words, of neighbouring words and of words at most three places apart is added in one currency, the idf, within
a window of 100 words before the best window is chosen. The cosine weighs less where one vector stands for long
documents: by the root of the share of words that stand in the first window. Inductive. Cost: 1.

From programs that a language model wrote in a run of this harness, 80 one after another (LoosePairs, the 19th, and
NoRivals, the 24th). Left out of them, as it did not hold with another encoder: the root of the sum, runs of
characters, and the reliability of the cosine.
"""

import numpy as np

from primitives import passage_index, share_read, zscore, zscore_fusion


def index(d_emb, *, embed_fn, d_texts):
    whole = passage_index(d_texts)
    return [whole, passage_index(d_texts, 100)], np.float32(np.sqrt(share_read(whole)))


def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts, index):
    sizes, weight = index
    return zscore(sim) * weight + zscore_fusion([each.scores(q_texts) for each in sizes]) / 2
