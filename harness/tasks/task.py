"""What a retrieval task is."""

import hashlib
import json
import random
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from harness.errors import TaskError
from harness.tasks.candidates import ALL, Candidates
from harness.tasks.unspaced import note_unspaced

if TYPE_CHECKING:
    from archive import KnownTask


@dataclass(frozen=True)
class RetrievalTask:
    """Queries, documents and graded judgments.

    Every query has at least one judgment. Documents stand in an order drawn from the task's name, so that a
    document's position tells nothing about its relevance.
    """

    name: str
    source: str
    queries: Mapping[str, str]
    """Query id to text."""
    documents: Mapping[str, str]
    """Document id to text; a title, where there is one, stands before the text."""
    qrels: Mapping[str, Mapping[str, int]]
    """Query id to document id to grade (0 is judged not relevant)."""
    fingerprint: str
    """Hash of what decides a score: name, texts, judgments, ignored ids. Equal fingerprints are the same task."""
    description: str = field(default="", compare=False)
    """What the task asks, in one sentence."""
    domain: str = field(default="general", compare=False)
    held_out: bool = field(default=False, compare=False)
    ignore_identical_ids: bool = False
    """Whether the document that has a query's own id is left out of its ranking, as mteb does for some tasks."""
    candidates: Candidates = ALL
    """Which documents a query may rank."""
    notes: tuple[str, ...] = field(default=(), compare=False)
    """What was kept, dropped or seen of its data that a person may not expect, in sentences."""
    instructions: Mapping[str, str] = field(default_factory=dict, compare=False)
    """Role (query, document) to what a model that reads instructions is told there; "" tells it nothing."""
    aside: "RetrievalTask | None" = field(default=None, compare=False)
    """Queries kept apart for people to read, with the same documents; no part of this task."""

    def with_candidates(self, candidates: Candidates) -> "RetrievalTask":
        """The same texts and judgments, with other documents to rank: another task, with another fingerprint."""
        parts = (self.name, self.queries, self.documents, self.qrels, self.ignore_identical_ids)
        fingerprint = fingerprint_of(*parts)
        if not candidates.all:
            told = json.dumps([fingerprint, *candidates.identity], ensure_ascii=False)
            fingerprint = hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()[:32]
        return replace(self, candidates=candidates, fingerprint=fingerprint)

    @cached_property
    def known(self) -> "KnownTask":
        """What tells it from others: its texts, whatever its name and its ids."""
        from archive import Content, KnownTask

        content = Content.of(self.queries.values(), self.documents.values())
        return KnownTask(self.name, self.fingerprint, content)


def make_task(
    *,
    name: str,
    source: str,
    queries: Mapping[str, str],
    documents: Mapping[str, str],
    qrels: Mapping[str, Mapping[str, int]],
    description: str = "",
    domain: str = "general",
    held_out: bool = False,
    ignore_identical_ids: bool = False,
    candidates: Mapping[str, Sequence[str]] | None = None,
    max_queries: int | None = None,
    seed: int = 0,
    notes: tuple[str, ...] = (),
    instructions: Mapping[str, str] | None = None,
) -> RetrievalTask:
    """Build a task: keep judged queries, cap them with `seed` if asked, shuffle documents, fingerprint the rest.

    `candidates` are the documents that each query ranks, where the task brings such lists; a document that the
    collection lacks is left out of them. Raises TaskError when no query with a judgment or no document is left, or no
    candidate of a query, or a name that is no text.
    """
    if not _is_text(name):
        raise TaskError(
            f"The name of task {name!r} holds control characters or bytes that are not UTF-8; rename it, or its folder."
        )
    judged = sorted(query_id for query_id in queries if qrels.get(query_id))
    if not judged:
        raise TaskError(f"Task {name} has no query with a judgment; check that qrels and queries use the same ids.")
    if not documents:
        raise TaskError(f"Task {name} has no documents; add at least one.")
    if max_queries is not None and max_queries < len(judged):
        judged = sorted(random.Random(f"{name}:{seed}").sample(judged, max_queries))
    order = sorted(documents)
    random.Random(name).shuffle(order)
    kept_queries = {query_id: queries[query_id] for query_id in judged}
    kept_documents = {document_id: documents[document_id] for document_id in order}
    kept_qrels = {query_id: dict(sorted(qrels[query_id].items())) for query_id in judged}
    task = RetrievalTask(
        name=name,
        source=source,
        queries=kept_queries,
        documents=kept_documents,
        qrels=kept_qrels,
        fingerprint=fingerprint_of(name, kept_queries, kept_documents, kept_qrels, ignore_identical_ids),
        description=description,
        domain=domain,
        held_out=held_out,
        ignore_identical_ids=ignore_identical_ids,
        notes=notes + note_unspaced(name, kept_documents),
        instructions=instructions or {},
    )
    if candidates is None:
        return task
    return task.with_candidates(Candidates(given=_kept_candidates(name, judged, candidates, kept_documents)))


def _is_text(name: str) -> bool:
    """Whether a name can be shown; that of a folder need not be text, and Python keeps its bytes as surrogates."""
    return not any(unicodedata.category(character) in ("Cc", "Cs") for character in name)


def _kept_candidates(
    name: str, queries: Sequence[str], candidates: Mapping[str, Sequence[str]], documents: Mapping[str, str]
) -> dict[str, list[str]]:
    kept = {
        query: [listed for listed in dict.fromkeys(candidates.get(query, ())) if listed in documents]
        for query in queries
    }
    empty = next((query for query, listed in kept.items() if not listed), None)
    if empty is not None:
        raise TaskError(f"Task {name} has no candidate for the query {empty}; give each query a list of documents.")
    return kept


def fingerprint_of(
    name: str,
    queries: Mapping[str, str],
    documents: Mapping[str, str],
    qrels: Mapping[str, Mapping[str, int]],
    ignore_identical_ids: bool,
) -> str:
    """The fingerprint of a task that ranks all documents; see `RetrievalTask.fingerprint`."""
    digest = hashlib.sha256()
    for part in (name, list(queries.items()), list(documents.items()), list(qrels.items()), ignore_identical_ids):
        digest.update(json.dumps(part, ensure_ascii=False).encode("utf-8", "surrogatepass"))
        digest.update(b"\0")
    return digest.hexdigest()[:32]
