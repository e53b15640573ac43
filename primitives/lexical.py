"""Lexical scoring: BM25 over the words of queries and documents, sparse, in numpy."""

import re
from collections import Counter
from collections.abc import Sequence
from itertools import chain

import numpy as np

from primitives.arrays import FloatMatrix, IndexArray

WORD = re.compile(r"[^\W_]+")
"""Letters and digits; an underscore separates, so that the parts of an identifier are words."""


FUNCTION_WORDS = frozenset(
    WORD.findall(
        "a about after all also am an and any are as at be been before being both but by can could did do does "
        "each few for from had has have he her here him his how i if in into is it its just many may me might more "
        "most must my no nor not of off on only or other our out over own same shall she should so some such than "
        "that the their them then there these they this those to too under up us very was we were what when where "
        "which who whom whose why will with would you your"
    )
)
"""English articles, pronouns, auxiliaries, prepositions and question words: they say nothing about a topic."""


def words(text: str) -> list[str]:
    """Lower-cased runs of letters and digits, in order, without English function words."""
    return [word for word in WORD.findall(text.lower()) if word not in FUNCTION_WORDS]


def bm25(queries: Sequence[str], documents: Sequence[str], k1: float = 1.5, b: float = 0.75) -> FloatMatrix:
    """BM25 score of every document for every query; float32 (Q, N), 0 where no word is shared.

    Robertson and Zaragoza, 2009, with the Robertson and Spärck Jones weight in Lucene's form, which cannot be negative:
    log(1 + (N - n + 0.5) / (n + 0.5)). A word that a query repeats counts as often. k1 and b are the customary values.
    """
    asked = [Counter(words(query)) for query in queries]
    vocabulary = {word: number for number, word in enumerate(sorted(set().union(*asked)))}
    frequency, document, term, length = _postings(documents, vocabulary)
    holding = np.bincount(term, minlength=len(vocabulary))
    idf = np.log1p((len(documents) - holding + 0.5) / (holding + 0.5))
    relative = length / max(float(length.mean()), 1.0)
    saturation = frequency * (k1 + 1) / (frequency + k1 * (1 - b + b * relative[document]))
    weight = idf[term] * saturation
    first = np.concatenate(([0], np.cumsum(holding)))
    scores = np.zeros((len(queries), len(documents)), dtype=np.float32)
    for row, counts in enumerate(asked):
        numbers = [vocabulary[word] for word in counts]
        spans = [slice(first[number], first[number + 1]) for number in numbers]
        if spans:
            hits = np.concatenate([document[span] for span in spans])
            gains = np.concatenate([weight[span] * times for span, times in zip(spans, counts.values(), strict=True)])
            scores[row] = np.bincount(hits, weights=gains, minlength=len(documents))
    return scores


def _postings(
    documents: Sequence[str], vocabulary: dict[str, int]
) -> tuple[IndexArray, IndexArray, IndexArray, IndexArray]:
    """How often each document holds each word of the vocabulary: frequency, document, term (sorted by term), length."""
    tokens = [words(document) for document in documents]
    length = np.array([len(found) for found in tokens], dtype=np.int64)
    term = np.fromiter((vocabulary.get(word, -1) for word in chain.from_iterable(tokens)), dtype=np.int64)
    document = np.repeat(np.arange(len(documents), dtype=np.int64), length)
    known = term >= 0
    pairs, frequency = np.unique(term[known] * len(documents) + document[known], return_counts=True)
    return frequency, pairs % max(len(documents), 1), pairs // max(len(documents), 1), length
