"""Common Words Out: Word Pairs, less half of what the commoner half of the query's own words explains of the cosine.

The words of a query that at least as many documents hold as hold its median word are encoded by themselves. Half of
what they explain of the cosine is taken off, so that the words that make the query particular count more. Inductive.
Cost: a text for each query.

From a program that a language model wrote in a run of this harness (OwnGenericPart, the 78th of 80); on Word Pairs
here.
"""

from collections import Counter
from itertools import chain

import numpy as np

from primitives import cosines, passage_index, share_read, words, zscore, zscore_fusion


def common_halves(q_texts, held):
    """Those words of each query that at least as many documents hold as hold its median word, in their order."""
    halves = []
    for text in q_texts:
        asked = [(word, max(held[stem] for stem in words(word, stem=True))) for word in dict.fromkeys(words(text))]
        middle = np.median([count for _, count in asked]) if asked else 0
        halves.append(" ".join(word for word, count in asked if count >= middle) or text)
    return halves


def without_part(scores, part, share):
    """Each row less a share of what the part explains of it, by a regression shrunk by the correlation."""
    part = zscore(part)
    alike = (zscore(scores) * part).mean(axis=1, keepdims=True)
    return scores - share * alike * np.abs(alike) * scores.std(axis=1, keepdims=True) * part


def index(d_emb, *, embed_fn, d_texts):
    sizes = [passage_index(d_texts), passage_index(d_texts, 100)]
    held = Counter(chain.from_iterable(set(words(text, stem=True)) for text in d_texts))
    return sizes, held, np.float32(np.sqrt(share_read(sizes[0])))


def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts, index):
    sizes, held, weight = index
    common = cosines(embed_fn(common_halves(q_texts, held), role="query"), d_emb)
    dense = without_part(zscore(sim), common, np.float32(0.5))
    return zscore(dense) * weight + zscore_fusion([each.scores(q_texts) for each in sizes]) / 2
