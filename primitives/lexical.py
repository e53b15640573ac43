"""Lexical scoring: BM25 over the words of queries and documents, sparse, in numpy."""

import re
from collections import Counter
from collections.abc import Sequence
from functools import partial
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


HUMP = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
"""Parts of an identifier in camel case: `HTTPServer2` is HTTP, Server, 2."""

UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uac00-\ud7af]+")
"""Runs of Chinese, Japanese and Korean characters, which stand without spaces between words."""


def words(text: str, *, stem: bool = False, camel: bool = False, cjk: bool = False) -> list[str]:
    """Lower-cased runs of letters and digits, in order, without English function words.

    `stem` cuts English endings (`word_stem`); `camel` adds the parts of identifiers in camel case after the whole;
    `cjk` reads runs of Chinese, Japanese and Korean characters as overlapping pairs, as Lucene's CJKAnalyzer does.
    """
    if camel:  # before the letters lose their case
        text = " ".join(part for word in WORD.findall(text) for part in identifier_parts(word))
    found = WORD.findall(text.lower())
    if cjk:
        found = [part for word in found for part in character_pairs(word)]
    found = [word for word in found if word not in FUNCTION_WORDS]
    return [word_stem(word) for word in found] if stem else found


def identifier_parts(word: str) -> list[str]:
    """A word, and after it its parts where it is written in camel case: `DataFrame`, `Data`, `Frame`."""
    parts = HUMP.findall(word)
    return [word, *parts] if len(parts) > 1 and "".join(parts) == word else [word]


def character_pairs(word: str) -> list[str]:
    """Overlapping pairs of each run of CJK characters (a single one alone), and whatever stands between the runs."""
    found, last = [], 0
    for run in UNSPACED.finditer(word):
        found += [word[last : run.start()], *(run[0][at : at + 2] for at in range(max(len(run[0]) - 1, 1)))]
        last = run.end()
    return [part for part in [*found, word[last:]] if part]


def word_stem(word: str) -> str:
    """A lower-case English word without the endings of plurals, participles and gerunds; others stay as they are.

    Step 1 of Porter, "An algorithm for suffix stripping", 1980.
    """
    if len(word) < 3 or not (word.isascii() and word.isalpha()):
        return word
    if word.endswith("s") and not word.endswith("ss"):
        word = word[:-2] if word.endswith(("sses", "ies")) else word[:-1]
    vowel = "(?:[aeiou]|(?<=[^aeiou])y)"
    if word.endswith("eed"):
        word = word[:-1] if re.search(f"{vowel}[^aeiou]", word[:-3]) else word
    elif cut := re.fullmatch(f"(.*{vowel}.*)(?:ed|ing)", word):
        word = cut[1]
        if word.endswith(("at", "bl", "iz")) or re.fullmatch("[^aeiou]+[aeiouy][^aeiouwxy]", word):
            word += "e"
        elif word[-1] == word[-2:-1] and word[-1] not in "aeioulsz":
            word = word[:-1]
    return f"{word[:-1]}i" if word.endswith("y") and re.search(vowel, word[:-1]) else word


def bm25(
    queries: Sequence[str],
    documents: Sequence[str],
    k1: float = 1.5,
    b: float = 0.75,
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
    read = partial(words, stem=stem, camel=camel, cjk=cjk)
    asked = [Counter(read(query)) for query in queries]
    vocabulary = {word: number for number, word in enumerate(sorted(set().union(*asked)))}
    frequency, document, term, length = _postings([read(document) for document in documents], vocabulary)
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
    blind = len(queries) - int(scores.any(axis=1).sum())
    if 2 * blind >= len(queries) > 0 and len(documents):
        print(f"bm25 sees nothing: {blind} of {len(queries)} queries share no word with any document.")
    return scores


def _postings(
    tokens: Sequence[Sequence[str]], vocabulary: dict[str, int]
) -> tuple[IndexArray, IndexArray, IndexArray, IndexArray]:
    """How often each document holds each word of the vocabulary: frequency, document, term (sorted by term), length."""
    length = np.array([len(found) for found in tokens], dtype=np.int64)
    term = np.fromiter((vocabulary.get(word, -1) for word in chain.from_iterable(tokens)), dtype=np.int64)
    document = np.repeat(np.arange(len(tokens), dtype=np.int64), length)
    known = term >= 0
    pairs, frequency = np.unique(term[known] * len(tokens) + document[known], return_counts=True)
    return frequency, pairs % max(len(tokens), 1), pairs // max(len(tokens), 1), length
