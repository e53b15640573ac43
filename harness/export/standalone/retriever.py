"""A program over a corpus: index, add, remove, search, save and load."""

import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import compress
from pathlib import Path
from typing import overload

import numpy as np
from numpy.typing import NDArray

from harness.encoders.protocol import Encoder

from . import cosine, saved
from .answers import Changes, Hit
from .approximate import Approximate
from .documents import check_count, check_query, checked_documents, listed
from .faults import RetrieverError
from .one_vector import OneVector
from .running import Asked, Program
from .snapshot import Snapshot


class ProgramRetriever(OneVector):
    """Searches a corpus with a program over the encoder that it was measured with.

    Each query is searched by itself, whatever is asked beside it. With `candidates` a program sees a query's so many
    nearest documents (cosine) as its corpus; without, all documents. Several threads may search, add and remove at
    once: a search sees the corpus as it was when the search began.

    Every method raises RetrieverError, one sentence, for what it is given wrongly, and has changed nothing then.
    """

    def __init__(
        self,
        encoder: Encoder,
        program: Program,
        *,
        candidates: int | None = None,
        identity: Mapping[str, str] | None = None,
    ) -> None:
        """`identity` names the program and the encoder in what is saved; an index of another is not loaded."""
        check_count("candidates", candidates)
        self.memory = self._remembering(encoder)
        # One and the same function for good: by it, too, operations remember what they made of the documents.
        self._keeping = partial(self.memory.embed, keep=True)
        self.candidates = candidates
        self.identity = dict(identity or {})
        self._program = program
        self._changing = threading.RLock()
        self._snapshot = self._empty(encoder.dim)
        self._rows: dict[str, int] | None = {}
        """Row of each live document; None until a change needs it. Only who holds `_changing` looks at it."""
        self._state: str | None = None
        """State of the saved index that this one is, or was changed from."""

    def __len__(self) -> int:
        """Documents that can be found."""
        return self._snapshot.n_live

    @property
    def ids(self) -> list[str]:
        """Ids of the documents that can be found, in order of indexing."""
        snapshot = self._snapshot
        return list(compress(snapshot.ids, snapshot.live))

    def index(self, ids: Iterable[str], texts: Iterable[str], *, allow_empty: bool = False) -> None:
        """Embed a corpus, in place of the last one, with what the program makes of its documents.

        A title belongs before its text, see `joined`. Texts that a program embeds only for some queries are embedded
        when such a query comes; with `candidates`, everything beside the documents' own vectors is. Empty texts are
        refused unless `allow_empty`.
        """
        ids, texts = checked_documents(ids, texts, allow_empty=allow_empty)
        if not ids:
            raise RetrieverError("There is nothing to index; give at least one document.")
        with self._changing:
            vectors, many = self._embedded(texts)
            self.memory.forget()
            self._swap(self._empty(vectors.shape[1]).plus(ids, texts, vectors, many))
            self._rows = self._state = None

    def add(self, ids: Iterable[str], texts: Iterable[str], *, allow_empty: bool = False) -> None:
        """Put further documents behind the others."""
        ids, texts = checked_documents(ids, texts, allow_empty=allow_empty)
        with self._changing:
            rows = self._known_rows()
            for identifier in ids:
                if identifier in rows:
                    raise RetrieverError(f"The id {identifier!r} is indexed already; remove it first, or name another.")
            self._replace([], ids, texts)

    def remove(self, ids: Iterable[str]) -> None:
        """Take documents out of every answer.

        Where the program sees the whole corpus, it goes on seeing them until `compact()`: they count in its statistics,
        such as the rarity of words. As candidates they are not taken.
        """
        ids = listed("ids", ids)
        with self._changing:
            rows = self._known_rows()
            for identifier in ids:
                if not isinstance(identifier, str) or identifier not in rows:
                    raise RetrieverError(f"The id {identifier!r} is not indexed; leave it out.")
            self._replace(list(dict.fromkeys(ids)), [], [])

    def compact(self) -> None:
        """Forget removed documents for good."""
        with self._changing:
            if not self._snapshot.live.all():
                self._swap(self._snapshot.compacted())
                self._rows = None

    def approximate(self) -> None:
        """Let faiss find the candidates from here on, for corpora of many millions: it may miss some of the nearest.

        What is added later is compared exactly until this is called again. `index` and `compact` drop it.
        """
        with self._changing:
            _require_documents(self._snapshot)
            found = Approximate.of(self._snapshot.vectors.array)
            self._snapshot = replace(self._snapshot, approximate=found)

    def changes(self, ids: Iterable[str], texts: Iterable[str]) -> Changes:
        """How this corpus, which may have empty texts, differs from the one that is indexed."""
        ids, texts = checked_documents(ids, texts, allow_empty=True)
        with self._changing:
            return Changes.between(self._known_rows(), self._snapshot.texts, dict(zip(ids, texts, strict=True)))

    def require_same(self, ids: Iterable[str], texts: Iterable[str]) -> None:
        """Raise RetrieverError unless this is the corpus that is indexed, in whatever order."""
        new, changed, gone = self.changes(ids, texts)
        if new or changed or gone:
            raise RetrieverError(
                f"The corpus has changed since it was indexed ({len(new)} new, {len(changed)} changed, {len(gone)} "
                "gone); update the index, or index it again."
            )

    def update(self, ids: Iterable[str], texts: Iterable[str], *, allow_empty: bool = False) -> Changes:
        """Add and remove what makes the index one of this corpus, at once; a changed document goes to the end.

        Empty texts that are indexed already stay; others are refused unless `allow_empty`.
        """
        ids, texts = checked_documents(ids, texts, allow_empty=True)
        given = dict(zip(ids, texts, strict=True))
        with self._changing:
            found = self.changes(ids, texts)
            more = [*found.changed, *found.new]
            self._replace(
                [*found.gone, *found.changed],
                *checked_documents(more, [given[name] for name in more], allow_empty=allow_empty),
            )
        return found

    @overload
    def search(  # type: ignore[overload-overlap]  # a string is a sequence of strings, too
        self, queries: str, k: int = 10, candidates: int | None = None
    ) -> list[Hit]: ...
    @overload
    def search(self, queries: Sequence[str], k: int = 10, candidates: int | None = None) -> list[list[Hit]]: ...
    def search(
        self, queries: str | Sequence[str], k: int = 10, candidates: int | None = None
    ) -> list[Hit] | list[list[Hit]]:
        """The k best documents of a query, best first, or of each of several, which is the same one by one.

        Of equal scores the earlier document goes first. `candidates` goes before the retriever's own; documents beyond
        them follow in the order of their cosines, with scores below all others.
        """
        check_count("k", k)
        check_count("candidates", candidates)
        if isinstance(queries, str) or not isinstance(queries, Iterable):
            return self._search_one(queries, k, candidates)
        return [self._search_one(query, k, candidates) for query in queries]

    def _search_one(self, query: str, k: int, candidates: int | None) -> list[Hit]:
        check_query(query)
        snapshot, rows, scores = self.ranked(query, k, candidates)
        return [
            Hit(snapshot.ids[row], float(score), snapshot.texts[row]) for row, score in zip(rows, scores, strict=True)
        ]

    def ranked(
        self, query: str, k: int, candidates: int | None = None
    ) -> tuple[Snapshot, NDArray[np.int64], NDArray[np.float64]]:
        """The snapshot that was searched, the rows of its k best documents, best first, and their scores."""
        snapshot = self._snapshot
        _require_documents(snapshot)
        candidates = candidates or self.candidates
        asked = self._asked(query)
        if candidates is not None and candidates < snapshot.n_live:
            return snapshot, *self._among_candidates(snapshot, asked, k, candidates)
        prepared, similarities = self.prepared(snapshot), self._similarities(asked, snapshot)
        scores = self._program.scores(asked, self._seen(snapshot), similarities, self.memory.embed, prepared)
        live = np.flatnonzero(snapshot.live)
        found = cosine.best(scores[live], k)
        return snapshot, live[found], scores[live][found].astype(np.float64)

    def prepared(self, snapshot: Snapshot) -> object:
        """What the program's `index` makes of the whole corpus, made once.

        For a program without one, whatever it embeds of the documents for a query is embedded and kept.
        """
        with snapshot.preparing:
            if not snapshot.prepared:
                seen = self._seen(snapshot)
                made = self._program.prepare(seen, self._keeping)
                if self._program.index is None:
                    asked = self._sample(" ".join(seen.texts[0].split()[:8]) or "?")
                    self._program.scores(asked, seen, self._similarities(asked, snapshot), self._keeping, None)
                snapshot.prepared.append(made)
            return snapshot.prepared[0]

    def save(self, folder: Path | str, *, overwrite: bool = False) -> None:
        """Write the index, wholly or not at all.

        An index that is there already must be the one that this was loaded from or saved as, unchanged since, unless
        `overwrite` says that it may go.
        """
        with self._changing:
            package, kept = self._program.package, self.memory.kept
            self._state = saved.save(
                saved.place(folder),
                self._snapshot,
                kept,
                package,
                self.identity,
                expected=self._state,
                overwrite=overwrite,
            )

    def load(self, folder: Path | str, *, verify: bool = False) -> None:
        """Read an index that `save` wrote with this program and encoder; it is mapped, and embeds nothing again.

        `verify` reads all of it and compares its checksums, which tells damage that left a file's size as it was.
        """
        empty = self._empty(self.memory.encoder.dim)
        loaded = saved.load(saved.place(folder), empty, self._program.package, self.identity, verify=verify)
        with self._changing:
            self.memory.forget(loaded.kept)
            self._snapshot, self._state, self._rows = loaded.snapshot, loaded.state, None

    def _among_candidates(
        self, snapshot: Snapshot, asked: Asked, k: int, candidates: int
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        rows, near = snapshot.nearest(asked.vector, max(k, candidates))
        places = np.argsort(rows[:candidates])  # a program sees them in the order of the corpus
        chosen, beyond = rows[:candidates][places], rows[candidates:k]
        seen = self._seen(snapshot, chosen)
        prepared = self._program.prepare(seen, self.memory.embed)
        similarities = self._similarities_among(asked, snapshot, chosen, near[:candidates][places])
        scores = self._program.scores(asked, seen, similarities, self.memory.embed, prepared)
        found = cosine.best(scores, k)
        below = float(scores.min()) + near[candidates:k].astype(np.float64) - 2
        return np.concatenate([chosen[found], beyond]), np.concatenate([scores[found].astype(np.float64), below])

    def _replace(self, gone: list[str], ids: list[str], texts: list[str]) -> None:
        """Take documents out and put others in; searches see both or neither."""
        rows, snapshot = self._known_rows(), self._snapshot
        start = len(snapshot.ids)
        if gone:
            snapshot = snapshot.without([rows[name] for name in gone])
        if ids:
            self._swap(snapshot.plus(ids, texts, *self._embedded(texts)))
        else:
            self._snapshot = snapshot
        for name in gone:
            del rows[name]
        rows.update(zip(ids, range(start, start + len(ids)), strict=True))

    def _swap(self, snapshot: Snapshot) -> None:
        """Let searches see it once the program is ready for it."""
        if self.candidates is None and len(snapshot.ids):
            self.prepared(snapshot)
        self._snapshot = snapshot

    def _known_rows(self) -> dict[str, int]:
        if self._rows is None:
            live = self._snapshot.live.tolist()
            self._rows = {name: row for row, name in enumerate(self._snapshot.ids) if live[row]}
        return self._rows


def _require_documents(snapshot: Snapshot) -> None:
    if not snapshot.n_live:
        raise RetrieverError(
            "There are no documents to search; call index(ids, texts), add(ids, texts) or load(folder) first."
        )
