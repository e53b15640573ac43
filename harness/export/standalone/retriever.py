"""A program over a corpus: index, add, remove, search, save and load."""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import compress
from pathlib import Path
from typing import Any, NamedTuple, overload

import numpy as np
from numpy.typing import NDArray

from harness.encoders.protocol import Encoder

from . import cosine, saved
from .approximate import Approximate
from .documents import check_documents, check_query
from .faults import RetrieverError
from .memory import RememberingEncoder
from .rows import GrowingRuns
from .running import Asked, FloatMatrix, Program, Seen
from .snapshot import Snapshot


class Hit(NamedTuple):
    """One document found."""

    id: str
    score: float
    text: str


class Changes(NamedTuple):
    """How a corpus differs from the one that is indexed, as ids."""

    new: list[str]
    changed: list[str]
    gone: list[str]


class ProgramRetriever:
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
        if candidates is not None and candidates < 1:
            raise RetrieverError(f"candidates is {candidates}; take 1 or more, or None for the whole corpus.")
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

    def index(self, ids: Sequence[str], texts: Sequence[str], *, allow_empty: bool = False) -> None:
        """Embed a corpus, in place of the last one, with what the program makes of its documents.

        A title belongs before its text, see `joined`. Texts that a program embeds only for some queries are embedded
        when such a query comes; with `candidates`, everything beside the documents' own vectors is.
        """
        check_documents(ids, texts, allow_empty=allow_empty)
        if not ids:
            raise RetrieverError("There is nothing to index; give at least one document.")
        with self._changing:
            vectors, many = self._embedded(list(texts))
            self.memory.forget()
            self._swap(self._empty(vectors.shape[1]).plus(list(ids), list(texts), vectors, many))
            self._rows = self._state = None

    def add(self, ids: Sequence[str], texts: Sequence[str]) -> None:
        """Put further documents behind the others."""
        check_documents(ids, texts)
        with self._changing:
            rows = self._known_rows()
            for identifier in ids:
                if identifier in rows:
                    raise RetrieverError(f"The id {identifier!r} is indexed already; remove it first, or name another.")
            if ids:
                start = len(self._snapshot.ids)
                self._swap(self._snapshot.plus(list(ids), list(texts), *self._embedded(list(texts))))
                rows.update(zip(ids, range(start, start + len(ids)), strict=True))

    def remove(self, ids: Sequence[str]) -> None:
        """Take documents out of every answer.

        Where the program sees the whole corpus, it goes on seeing them until `compact()`: they count in its statistics,
        such as the rarity of words. As candidates they are not taken.
        """
        if isinstance(ids, str):
            raise RetrieverError("The ids are one string; give a list of strings.")
        with self._changing:
            rows = self._known_rows()
            if unknown := [identifier for identifier in ids if identifier not in rows]:
                raise RetrieverError(f"The id {unknown[0]!r} is not indexed; leave it out.")
            self._snapshot = self._snapshot.without([rows[identifier] for identifier in ids])
            for identifier in set(ids):
                del rows[identifier]

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
            found = Approximate.of(self._snapshot.vectors.array)
            self._snapshot = replace(self._snapshot, approximate=found)

    def changes(self, ids: Sequence[str], texts: Sequence[str]) -> Changes:
        """How this corpus differs from the one that is indexed."""
        check_documents(ids, texts)
        with self._changing:
            rows, snapshot = self._known_rows(), self._snapshot
        given = dict(zip(ids, texts, strict=True))
        return Changes(
            [name for name in given if name not in rows],
            [name for name, text in given.items() if name in rows and snapshot.texts[rows[name]] != text],
            [name for name in rows if name not in given],
        )

    def require_same(self, ids: Sequence[str], texts: Sequence[str]) -> None:
        """Raise RetrieverError unless this is the corpus that is indexed, in whatever order."""
        new, changed, gone = self.changes(ids, texts)
        if new or changed or gone:
            raise RetrieverError(
                f"The corpus has changed since it was indexed ({len(new)} new, {len(changed)} changed, {len(gone)} "
                "gone); update the index, or index it again."
            )

    def update(self, ids: Sequence[str], texts: Sequence[str]) -> Changes:
        """Add and remove what makes the index one of this corpus; a changed document goes to the end."""
        with self._changing:
            found = self.changes(ids, texts)
            given = dict(zip(ids, texts, strict=True))
            self.remove([*found.gone, *found.changed])
            self.add([*found.changed, *found.new], [given[name] for name in (*found.changed, *found.new)])
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
        if isinstance(queries, str):
            return self._search_one(queries, k, candidates)
        return [self._search_one(query, k, candidates) for query in queries]

    def _search_one(self, query: str, k: int, candidates: int | None) -> list[Hit]:
        check_query(query)
        for name, value in (("k", k), ("candidates", candidates)):
            if value is not None and value < 1:
                raise RetrieverError(f"{name} is {value}; ask for 1 document or more.")
        snapshot, rows, scores = self.ranked(query, k, candidates)
        return [
            Hit(snapshot.ids[row], float(score), snapshot.texts[row]) for row, score in zip(rows, scores, strict=True)
        ]

    def ranked(
        self, query: str, k: int, candidates: int | None = None
    ) -> tuple[Snapshot, NDArray[np.int64], NDArray[np.float64]]:
        """The snapshot that was searched, the rows of its k best documents, best first, and their scores."""
        snapshot = self._snapshot
        if not snapshot.n_live:
            raise RetrieverError("Nothing is indexed yet; call index(ids, texts) or load(folder) first.")
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
                Path(folder), self._snapshot, kept, package, self.identity, expected=self._state, overwrite=overwrite
            )

    def load(self, folder: Path | str) -> None:
        """Read an index that `save` wrote with this program and encoder; it is mapped, and embeds nothing again."""
        empty = self._empty(self.memory.encoder.dim)
        loaded = saved.load(Path(folder), empty, self._program.package, self.identity)
        with self._changing:
            self.memory.forget(loaded.kept)
            self._snapshot, self._state, self._rows = loaded.snapshot, loaded.state, None

    def _among_candidates(
        self, snapshot: Snapshot, asked: Asked, k: int, candidates: int
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        rows, near = self._nearest(snapshot, asked.vector, max(k, candidates))
        places = np.argsort(rows[:candidates])  # a program sees them in the order of the corpus
        chosen, beyond = rows[:candidates][places], rows[candidates:k]
        seen = self._seen(snapshot, chosen)
        prepared = self._program.prepare(seen, self.memory.embed)
        similarities = self._similarities_among(asked, snapshot, chosen, near[:candidates][places])
        scores = self._program.scores(asked, seen, similarities, self.memory.embed, prepared)
        found = cosine.best(scores, k)
        below = float(scores.min()) + near[candidates:k].astype(np.float64) - 2
        return np.concatenate([chosen[found], beyond]), np.concatenate([scores[found].astype(np.float64), below])

    def _nearest(
        self, snapshot: Snapshot, asked: NDArray[np.float32], count: int
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        vectors = snapshot.vectors.array
        if snapshot.approximate is None:
            return cosine.nearest(asked, vectors, count, snapshot.live)
        rows = snapshot.approximate.near(asked, count, len(vectors))
        return cosine.nearest_among(asked, vectors, count, rows[snapshot.live[rows]])

    # What is another for an encoder of many vectors a text.

    def _remembering(self, encoder: Any) -> RememberingEncoder:
        return RememberingEncoder(encoder)

    def _empty(self, dim: int) -> Snapshot:
        return Snapshot.empty(dim)

    def _embedded(self, texts: list[str]) -> tuple[FloatMatrix, GrowingRuns | None]:
        return self.memory.embed_once(texts), None

    def _asked(self, query: str) -> Asked:
        return Asked(query, self.memory.embed([query], role="query"))

    def _sample(self, query: str) -> Asked:
        """The same of a query that nobody asked, and that is not remembered."""
        return Asked(query, self.memory.embed_once([query], role="query"))

    def _seen(self, snapshot: Snapshot, rows: NDArray[np.int64] | None = None) -> Seen:
        """What a program sees of the whole corpus, or of some rows."""
        if rows is None:
            return Seen(snapshot.vectors.array, snapshot.all_texts)
        return Seen(snapshot.vectors.array[rows], [snapshot.texts[row] for row in rows])

    def _similarities(self, asked: Asked, snapshot: Snapshot) -> FloatMatrix:
        return cosine.cosines(asked.vector, snapshot.vectors.array)

    def _similarities_among(
        self, asked: Asked, snapshot: Snapshot, rows: NDArray[np.int64], near: NDArray[np.float32]
    ) -> FloatMatrix:
        """Of some rows, whose cosines are known."""
        return near[None, :]

    def _swap(self, snapshot: Snapshot) -> None:
        """Let searches see it once the program is ready for it."""
        if self.candidates is None:
            self.prepared(snapshot)
        self._snapshot = snapshot

    def _known_rows(self) -> dict[str, int]:
        if self._rows is None:
            live = self._snapshot.live.tolist()
            self._rows = {name: row for row, name in enumerate(self._snapshot.ids) if live[row]}
        return self._rows
