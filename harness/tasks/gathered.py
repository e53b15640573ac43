"""What is kept of texts and judgments as they are published, whatever source they come from, and what is told of it."""

import reprlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from harness.errors import TaskError
from harness.tasks.reading.faults import Fault, Faults
from harness.tasks.reading.records import Judged, Text, require_characters
from harness.text import counted, visible

LONGEST = 5_000_000
"""Characters of a text, above which it is refused: a long novel has three millions, so more is a mistake of a file."""

LONGEST_SHOWN = 60
"""Characters of an id that a note shows."""

_OF_NOBODY = "judgments of queries that are not there, dropped"

Qrels = dict[str, dict[str, int]]


@dataclass
class Gathered:
    """A task on its way in: what mteb and trec_eval keep is kept, and counted; the rest is a fault.

    Kept are documents and queries without text, and judgments of documents that are not there: they count as documents
    that nobody finds. Of texts with one id the first is kept, where mteb ranks both; of judgments of one pair the last.
    Judgments of queries that are not there, and queries without a judgment, are dropped.
    """

    name: str
    cut: int | None = None
    """Characters that a document is cut to; None: no document is, and one of more than `LONGEST` is a fault."""
    documents: dict[str, str] = field(default_factory=dict)
    queries: dict[str, str] = field(default_factory=dict)
    qrels: Qrels = field(default_factory=dict)
    told: list[str] = field(default_factory=list)
    """What was kept or dropped, as phrases."""

    def take_documents(self, texts: Iterable[Text], faults: Faults) -> None:
        """Keep the documents; raises TaskError for all faults together, or where there is no document."""
        self.documents = self._texts("documents", texts, faults, self.cut)

    def take_queries(self, texts: Iterable[Text], faults: Faults) -> None:
        """Keep the queries; raises as `take_documents` does."""
        self.queries = self._texts("queries", texts, faults, None)

    def take_judgments(self, judgments: Iterable[Judged], faults: Faults) -> None:
        """Keep the judgments, after documents and queries. Raises TaskError where nothing can be measured by them."""
        count = _Count(self.told)
        for _, query, document, grade, unread in judgments:
            if unread is not None:
                left = visible(unread, LONGEST_SHOWN)
                count(f"judgments without a grade, each of a relevant pair; {left} not read", f"{query} and {document}")
            if query not in self.queries:
                count(_OF_NOBODY, query)
                continue
            if document not in self.documents:
                count("judgments of documents that are not there, which nobody finds", document)
            if document in self.qrels.get(query, ()):
                count(
                    "judgments of a pair that was judged before, in place of the earlier one", f"{query} and {document}"
                )
            self.qrels.setdefault(query, {})[document] = grade
        faults.tell()
        self._require_found(faults, count)
        for query in self.queries:
            if query not in self.qrels:
                count("queries without a judgment, left out", query)
        for document in self._unjudged_copies():
            count("documents without a judgment, of the very text of a relevant one, counted as not relevant", document)
        count.tell()

    def _unjudged_copies(self) -> Iterator[str]:
        """For each query the documents of the text of one that is relevant to it, where nobody judged the two.

        Nothing in the texts tells them apart, so that no program can have a perfect score, as in mteb.
        """
        copies: dict[str, list[str]] = {}
        for document, text in self.documents.items():
            copies.setdefault(text, []).append(document)
        for judged in self.qrels.values():
            relevant = {self.documents.get(document, "") for document, grade in judged.items() if grade > 0} - {""}
            yield from (copy for text in sorted(relevant) for copy in copies[text] if copy not in judged)

    @property
    def notes(self) -> tuple[str, ...]:
        """One sentence, where something was kept or dropped that a person may not expect."""
        return (f"Task {self.name}: {'; '.join(self.told)}.",) if self.told else ()

    def _texts(self, what: str, texts: Iterable[Text], faults: Faults, cut: int | None) -> dict[str, str]:
        kept: dict[str, str] = {}
        count = _Count(self.told)
        beside: dict[str, str] = {}
        for place, identifier, text, unread in texts:
            if identifier in kept:
                count(f"{what} with the id of an earlier one, dropped", identifier)
                continue
            if unread is not None and what == "documents":
                read, key = unread
                key = beside.setdefault(read, visible(key, LONGEST_SHOWN))
                count(f"{what} read by their {read} alone, {key!r} being no known name of a text", identifier)
            if cut is not None and len(text) > cut:
                count(f"{what} of more than {cut:,} characters, cut there", identifier)
                text = text[:cut]
            if not text:
                count(f"{what} without text, kept as empty ones", identifier)
            kept[identifier] = text
            faults.attempt(place, lambda text=text, of=identifier: _require_sound(of, text))  # type: ignore[misc]
        faults.tell()
        if not kept:
            raise TaskError(f"{faults.subject} is empty; it needs {what} with an id and a text.")
        count.tell()
        return kept

    def _require_found(self, faults: Faults, count: "_Count") -> None:
        if not self.qrels and count.counts:
            unknown = count.first(_OF_NOBODY)
            raise TaskError(
                f"{faults.subject} judges none of the queries, but others such as {unknown!r}, where the queries have "
                f"ids such as {reprlib.repr(next(iter(self.queries)))}; check that both use the same ids."
            )
        relevant = [document for judged in self.qrels.values() for document, grade in judged.items() if grade > 0]
        if not relevant:
            raise TaskError(f"{faults.subject} judges no document relevant; it needs at least one grade above 0.")
        if not any(document in self.documents for document in relevant):
            judged, there = reprlib.repr(relevant[0]), reprlib.repr(next(iter(self.documents)))
            raise TaskError(
                f"{faults.subject} judges documents relevant of which none is in the corpus, such as {judged}, where "
                f"the corpus has ids such as {there}; check that both use the same ids."
            )


class _Count:
    """Counts what happens, and tells it as phrases with the first id that it happened to."""

    def __init__(self, told: list[str]) -> None:
        self._told = told
        self.counts: dict[str, int] = {}
        self._first: dict[str, str] = {}

    def __call__(self, what: str, identifier: str) -> None:
        self.counts[what] = self.counts.get(what, 0) + 1
        self._first.setdefault(what, visible(identifier, LONGEST_SHOWN))

    def first(self, what: str) -> str:
        """The first id that it happened to."""
        return self._first[what]

    def tell(self) -> None:
        for what, number in self.counts.items():
            self._told.append(f"{what}: {number:,} (first {self._first[what]})")


def _require_sound(identifier: str, text: str) -> None:
    require_characters(text)
    if len(text) > LONGEST:
        raise Fault(
            f"the text of {identifier!r} has {counted(len(text), 'character')}, more than {LONGEST:,}; part it into "
            f"several documents, or set tasks.cut to cut documents there"
        )


def asks_with_documents(
    queries: Mapping[str, str], documents: Mapping[str, str], qrels: Mapping[str, Mapping[str, int]]
) -> bool:
    """Whether queries are documents of the collection, as in ArguAna and Quora, where they would find themselves.

    So it is where half of the judged queries or more stand, white space and case apart, in the document that has their
    own id, and none of them is judged to be found there. Equal ids of other texts say nothing: many count from 1.
    """
    own = [query for query in qrels if query in documents and _folded(queries[query]) in _folded(documents[query])]
    return 2 * len(own) >= len(qrels) > 0 and not any(qrels[query].get(query, 0) for query in own)


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()
