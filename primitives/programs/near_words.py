"""Words, words near each other and runs of characters in one sum, with the cosine.

BM25 over four views of a text is added in one currency, the idf, within the best window of 100 words, and in the whole
document; the root damps it. The cosine weighs less where one vector stands for long documents. Inductive. Cost: 1.

From programs that a language model wrote in a run of this harness, 80 one after another (NoRivals, and LoosePairs
before it); shorter here.
"""

import numpy as np

from primitives import passage_index, share_read, zscore, zscore_fusion


def index(d_emb, *, embed_fn, d_texts):
    whole = passage_index(d_texts)
    return [whole, passage_index(d_texts, 100)], np.float32(np.sqrt(share_read(whole)))


def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts, index):
    sizes, weight = index
    views = {"words": 1, "pairs": 0.5, "near": 0.5, "runs": 1}
    said = zscore_fusion([np.sqrt(each.scores(q_texts, views)) for each in sizes]) / 2
    return zscore(sim) * weight + said
