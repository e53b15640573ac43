"""Lexical scoring: BM25 over the words of queries and documents, sparse, in numpy."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from primitives.arrays import FloatMatrix, IndexArray
from primitives.memory import recall
from primitives.postings import Postings, join_postings, read_postings, span_of
from primitives.tokens import runs, words, words_of_run

K1 = 1.5
B = 0.75
"""The customary values: how soon a repeated word stops to count, and how much the length of a document counts."""

Gain = tuple[NDArray[np.int32], NDArray[np.float64]]
"""Documents that hold a word, rising, and what the word adds to the score of each."""


@dataclass(frozen=True)
class LexicalIndex:
    """The words of N documents, for BM25 of any query. `lexical_index` makes it.

    `stem`, `camel` and `cjk` say what a word is, as in `words`.
    """

    postings: Postings
    stem: bool = False
    camel: bool = False
    cjk: bool = False

    def scores(self, q_texts: Sequence[str], k1: float = K1, b: float = B) -> FloatMatrix:
        """BM25 score of every document for every query, as `bm25` has it; float32 (Q, N), 0 where no word is shared."""
        asked = words_asked(self, q_texts)
        gains = word_gains(self.postings, asked, k1, b)
        total = len(self.postings.lengths)
        scores = np.zeros((len(q_texts), total), dtype=np.float32)
        for row, counts in zip(scores, asked, strict=True):
            hits = [gains[word][0] for word in counts]
            added = [gains[word][1] * times for word, times in counts.items()]
            if hits:
                row[:] = np.bincount(np.concatenate(hits, dtype=np.int64), np.concatenate(added), total)
        return scores

    def scores_at(self, q_texts: Sequence[str], columns: IndexArray, k1: float = K1, b: float = B) -> FloatMatrix:
        """The same scores of some documents alone: int64 (Q, K) names those of each query; float32 (Q, K).

        Time and memory do not grow with N, only with the documents that hold the query's words.
        """
        asked = words_asked(self, q_texts)
        gains = word_gains(self.postings, asked, k1, b)
        scores = np.zeros(columns.shape)
        for row, wanted, counts in zip(scores, columns, asked, strict=True):
            for word, times in counts.items():
                holders, gain = gains[word]
                if len(holders):
                    place = np.minimum(np.searchsorted(holders, wanted), len(holders) - 1)
                    row += np.where(holders[place] == wanted, gain[place] * times, 0)
        return scores.astype(np.float32)


def words_asked(index: LexicalIndex, q_texts: Sequence[str]) -> list[Counter[str]]:
    """The words of each query and how often it has them, in order of first use."""
    return [Counter(words(text, stem=index.stem, camel=index.camel, cjk=index.cjk)) for text in q_texts]


def word_gains(postings: Postings, asked: Sequence[Counter[str]], k1: float, b: float) -> dict[str, Gain]:
    """What each word that is asked for adds to the documents that hold it. Tells of queries that see nothing."""
    spans = {word: span_of(postings, word) for word in dict.fromkeys(word for counts in asked for word in counts)}
    total = len(postings.lengths)
    blind = sum(all(spans[word].stop == 0 for word in counts) for counts in asked)
    if 2 * blind >= len(asked) > 0 and total:
        print(f"bm25 sees nothing: {blind} of {len(asked)} queries share no word with any document.")
    holding = np.array([span.stop - span.start for span in spans.values()], dtype=np.int64)
    idf = np.log1p((total - holding + 0.5) / (holding + 0.5))
    mean = max(float(postings.lengths.mean()), 1.0) if total else 1.0
    gains = {}
    for weight, (word, span) in zip(idf, spans.items(), strict=True):
        documents, frequency = postings.documents[span], postings.frequency[span].astype(np.float64)
        norm = k1 * (1 - b + b * (postings.lengths[documents] / mean))
        gains[word] = (documents, weight * (frequency * (k1 + 1) / (frequency + norm)))
    return gains


LEXICAL_MEMORY: list[tuple[object, Sequence[str], LexicalIndex]] = []


def lexical_index(
    d_texts: Sequence[str], *, stem: bool = False, camel: bool = False, cjk: bool = False
) -> LexicalIndex:
    """Read the words of N documents once: `.scores(q_texts)` is `bm25` of any queries, float32 (Q, N).

    What a word is, `words` says. The last few indexes are remembered: the same documents are not read again, and where
    others stand behind them, those alone are read.
    """
    return recall(
        LEXICAL_MEMORY,
        (stem, camel, cjk),
        list(d_texts),
        partial(read_lexical, stem=stem, camel=camel, cjk=cjk),
        extend_lexical,
    )


def bm25(
    queries: Sequence[str],
    documents: Sequence[str],
    k1: float = K1,
    b: float = B,
    *,
    stem: bool = False,
    camel: bool = False,
    cjk: bool = False,
) -> FloatMatrix:
    """BM25 score of every document for every query; float32 (Q, N), 0 where no word is shared.

    Robertson and Zaragoza, 2009, with the Robertson and Spärck Jones weight in Lucene's form, which cannot be negative:
    log(1 + (N - n + 0.5) / (n + 0.5)). A word that a query repeats counts as often. k1 and b are the customary values.
    What a word is, `words` says, which takes the three choices. Where half of the queries or more share no word with
    any document, one line that says so is printed: it is recorded with the outcome.
    """
    return lexical_index(documents, stem=stem, camel=camel, cjk=cjk).scores(queries, k1, b)


def read_lexical(d_texts: Sequence[str], stem: bool, camel: bool, cjk: bool) -> LexicalIndex:
    """The index of these documents, whatever is remembered."""
    expand = partial(words_of_run, stem=stem, camel=camel, cjk=cjk)
    return LexicalIndex(read_postings(d_texts, partial(runs, camel=camel), expand), stem, camel, cjk)


def extend_lexical(index: LexicalIndex, d_texts: Sequence[str]) -> LexicalIndex:
    """The index of these documents behind those that it holds, equal to one made of all of them."""
    new = read_lexical(d_texts, index.stem, index.camel, index.cjk)
    return LexicalIndex(join_postings(index.postings, new.postings), index.stem, index.camel, index.cjk)
