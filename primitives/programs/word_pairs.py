"""Word Pairs: BM25 of words and of neighbouring words, in the best window and in the document, with the cosine.

The two are added in one currency, the idf, within a window of 100 words before the best window is chosen. The cosine
weighs less where one vector stands for long documents: by the root of the share of words in the first window.
Inductive. Cost: 1.

From programs that a language model wrote in a run of this harness, 80 one after another (LoosePairs, the 19th, and
NoRivals, the 24th). Left out is what gained nothing beyond noise with another encoder: words up to three places apart,
runs of characters and the root of the sum; and the reliability of the cosine.
"""

import numpy as np

from primitives import passage_index, share_read, zscore, zscore_fusion


def index(d_emb, *, embed_fn, d_texts):
    whole = passage_index(d_texts)
    return [whole, passage_index(d_texts, 100)], np.float32(np.sqrt(share_read(whole)))


def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts, index):
    sizes, weight = index
    return zscore(sim) * weight + zscore_fusion([each.scores(q_texts) for each in sizes]) / 2
