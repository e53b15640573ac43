"""Names of recombined programs for people, and the way back to the genome."""

import re
from functools import cache

from harness.proposers.recombine.genome import Genome, parse

CHANNELS = {
    "cosine": "cosine",
    "cosine_csls": "cosine less hubs",
    "swapped": "swapped roles",
    "lexical": "BM25",
    "lexical_pairs": "BM25 pairs",
    "lexical_window": "BM25 windows",
    "lead": "first sentence",
    "sentences_max": "best sentence",
    "sentences_mean": "mean sentence",
    "sentences_top": "top sentences",
    "chunks_max": "best chunk",
    "chunks_mean": "mean chunk",
    "chunks_top": "top chunks",
}
FUSIONS = {
    "alone": "only",
    "zscore": "z-scores of",
    "columns": "columns of",
    "minmax": "min-max of",
    "rrf": "RRF of",
    "mnz": "CombMNZ of",
    "borda": "Borda of",
}
FEEDBACKS = {
    "centroid": "centroid",
    "negative": "centroid and away",
    "sentence": "sentence",
    "context": "context",
}
JOINS = {"fused": "fused", "replaced": "alone"}
SPENDING = {
    "entropy": "where spread",
    "gap": "where close",
    "agreement": "where words differ",
    "length": "where short",
}
TIMES = {1: "once", 2: "twice"}


def _one_of(words: "dict[str, str] | dict[int, str]") -> str:
    return "|".join(sorted(map(re.escape, words.values()), key=len, reverse=True))


_NAME = re.compile(
    rf"(?P<fusion>{_one_of(FUSIONS)}) (?P<channels>(?:{_one_of(CHANNELS)})(?: \+ (?:{_one_of(CHANNELS)}))*)"
    rf"(?:, then (?P<feedback>{_one_of(FEEDBACKS)}) (?P<times>{_one_of(TIMES)}), (?P<join>{_one_of(JOINS)})"
    rf"(?:, (?P<spend>{_one_of(SPENDING)}))?)?"
)


def name_of(genome: Genome) -> str:
    """Unique, for example `RRF of cosine + BM25 pairs, then centroid twice, fused`; `read` reads it back."""
    first = f"{FUSIONS[genome.fusion]} {' + '.join(CHANNELS[channel] for channel in genome.channels)}"
    if genome.feedback == "none":
        return first
    where = "" if genome.spend == "all" else f", {SPENDING[genome.spend]}"
    return f"{first}, then {FEEDBACKS[genome.feedback]} {TIMES[genome.rounds]}, {JOINS[genome.join]}{where}"


@cache  # every proposal reads the names of all earlier programs
def read(name: str) -> Genome | None:
    """The genome of a program's name, or of a code of an older run; None for a name of another author."""
    found = _NAME.fullmatch(name)
    if found is None:
        return parse(name)
    channels = tuple(_key(CHANNELS, word) for word in found["channels"].split(" + "))
    fusion = _key(FUSIONS, found["fusion"])
    if found["feedback"] is None:
        return Genome(channels, fusion)
    times = {word: count for count, word in TIMES.items()}[found["times"]]
    spend = _key(SPENDING, found["spend"]) if found["spend"] else "all"
    return Genome(channels, fusion, _key(FEEDBACKS, found["feedback"]), times, _key(JOINS, found["join"]), spend)


def _key(words: dict[str, str], word: str) -> str:
    return next(key for key, said in words.items() if said == word)
