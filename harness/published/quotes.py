"""Does an archive quote the texts that its programs were run on? Asked before a run is given away."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from archive import Archive

WORDS = 6
"""A run of so many words is a quotation. Fewer are common speech: `for each query and document` is in many corpora."""

IMPORT = re.compile(r"^(?:from [\w.]+ )?import .*$", re.MULTILINE)
"""Left out of sources: collections of code have the same lines, and nobody wrote them."""

LEAST_DIFFERENT = 4
"""Of them that differ, so that a table of numbers or a ruler is no quotation."""


@dataclass(frozen=True)
class Quote:
    """Words of a collection that an archive holds."""

    where: str
    """The place in the archive: a program's source, claim, effect, lesson or output, an event, or a query's id."""
    words: str


def find_quotes(archive: Archive, texts: Iterable[str], *, words: int = WORDS) -> list[Quote]:
    """Each run of `words` words of `texts` that an archive holds, once for each place; empty where it holds none.

    Case, punctuation and white space do not count. A text that is shorter than that is looked for as a whole where it
    has more than two words. Memory follows the archive's size, not that of the texts.
    """
    places: dict[tuple[str, ...], set[str]] = {}
    for where, written in _written(archive):
        for length in range(3, words + 1):
            for gram in _grams(written, length):
                places.setdefault(gram, set()).add(where)
    found: dict[tuple[str, tuple[str, ...]], None] = {}
    for text in texts:
        length = min(words, len(_words(text)))
        for gram in _grams(text, length) if length > 2 else ():
            found.update(((where, gram), None) for where in places.get(gram, ()))
    return [Quote(where, " ".join(gram)) for where, gram in sorted(found)]


def _written(archive: Archive) -> Iterator[tuple[str, str]]:
    """Every text of an archive that a person, a model or a program wrote, and its place."""
    for run in archive.runs():
        for task in run.record.tasks:
            yield from ((f"query ids of {task.name}", str(each)) for each in task.query_ids)
        for event in archive.events(run.id):
            yield f"event of {event.created}", event.message
        for exchange in archive.exchanges(run.id):
            yield f"exchange for program {exchange.number}", f"{exchange.request}\n{exchange.response}"
        for program in archive.programs(run.id):
            record = program.record
            yield f"source of {program.id}", IMPORT.sub("", record.source)
            yield f"name of {program.id}", record.name
            yield f"claim of {program.id}", record.novelty_claim
            yield f"expected effect of {program.id}", record.expected_effect
            yield f"lesson of {program.id}", record.lesson
            yield f"reason of {program.id}", record.reason
            yield f"violations of {program.id}", json.dumps(list(record.violations), default=str)
            for outcome in record.outcomes:
                yield f"output of {program.id} on {outcome.task}", outcome.stdout
                yield f"reason of {program.id} on {outcome.task}", outcome.reason


def _grams(text: str, length: int) -> Iterator[tuple[str, ...]]:
    found = _words(text)
    for at in range(len(found) - length + 1):
        gram = tuple(found[at : at + length])
        if len(set(gram)) >= min(LEAST_DIFFERENT, length):
            yield gram


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())
