"""The memory of an encoder that gives a text many vectors: of what a program asks for, in the numbers it is kept in."""

from collections import OrderedDict
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from harness.encoders.many import ManyVectors
from harness.encoders.matryoshka import cut
from harness.encoders.protocol import EmbedOptions
from harness.encoders.stored import packed, unpacked
from primitives import MultiVectors, multi_vectors

from .memory import Kept, Key, RememberingEncoder
from .rows import GrowingRuns

FloatMatrix = NDArray[np.float32]

_MOST_RECENT = 200_000
"""Vectors that are remembered of texts that come and go: 300 MB of 384 wide ones in float32."""
_RECENT_QUERIES = 10_000


class EmbeddedOnce(NamedTuple):
    """Texts with their one vector and with their many."""

    vectors: FloatMatrix
    """Unit rows, float32 (n, dim)."""
    many: MultiVectors


class RememberingMany(RememberingEncoder):
    """The same of an encoder of many vectors a text; several threads may use it."""

    encoder: ManyVectors

    def __init__(self, encoder: ManyVectors) -> None:
        super().__init__(encoder)
        self._runs: OrderedDict[Key, NDArray[Any]] = OrderedDict()
        self._held = 0
        self._queries: OrderedDict[str, EmbeddedOnce] = OrderedDict()

    def forget(self, kept: Kept | None = None) -> None:
        """See RememberingEncoder."""
        super().forget(kept)
        with self._lock:
            self._runs.clear()
            self._held = 0

    def embed(self, texts: Sequence[str], *, vectors: int | None = None, keep: bool = False, **asked: Any) -> Any:
        """See RememberingEncoder; with `vectors` a MultiVectors of n texts, at most so many of each."""
        if vectors is None:
            return super().embed(texts, keep=keep, **asked)
        if isinstance(texts, str) or not all(isinstance(text, str) for text in texts):
            raise TypeError("embed_fn takes a list of strings.")
        dim = asked.pop("dim", None)
        options = EmbedOptions(vectors=vectors, **asked)
        variant = self.encoder.variant(options)
        keys = [(variant, text) for text in texts]
        with self._lock:
            known = {key: run for key in keys if (run := self._run(key)) is not None}
        missing = [key for key in dict.fromkeys(keys) if key not in known]
        if missing:
            found = self.encoder.encode_many([text for _, text in missing], options)
            kept = packed(found.vectors, self.encoder.stored)
            for place, key in enumerate(missing):
                known[key] = kept[found.offsets[place] : found.offsets[place + 1]]
        with self._lock:
            self.texts_encoded += len(missing)
            (self._keep if keep else self._note)({key: known[key] for key in (keys if keep else missing)})
        whole = multi_vectors([unpacked(known[key]) for key in keys], self.encoder.dim)
        return MultiVectors(cut(whole.vectors, dim), whole.offsets)

    def embed_both(self, texts: Sequence[str], role: str = "document") -> EmbeddedOnce:
        """n texts as a task has them, in one pass and without a memory."""
        self.texts_encoded += len(texts)
        options = EmbedOptions(role=role, vectors=self.encoder.most_vectors[role])
        vectors = np.empty((len(texts), self.encoder.dim), np.float32)
        parts: list[FloatMatrix] = [vectors[:0]] * len(texts)
        for batch in self.encoder.encode_batches(texts, options):
            assert batch.many is not None
            vectors[batch.positions] = batch.vectors
            for place, position in enumerate(batch.positions.tolist()):
                parts[position] = batch.many.of(place)
        return EmbeddedOnce(vectors, multi_vectors(parts, self.encoder.dim))

    def query(self, text: str) -> EmbeddedOnce:
        """A query as a task has it; the last ones are remembered."""
        with self._lock:
            if text in self._queries:
                self._queries.move_to_end(text)
                return self._queries[text]
        found = self.embed_both([text], role="query")
        with self._lock:
            self._queries[text] = found
            while len(self._queries) > _RECENT_QUERIES:
                self._queries.popitem(last=False)
        return found

    def _nothing(self) -> Kept:
        return Kept(self.encoder.dim, many=GrowingRuns.empty(self.encoder.dim, self.encoder.stored))

    def _run(self, key: Key) -> NDArray[Any] | None:
        row = self.kept.many_rows.get(key)
        if row is not None and self.kept.many is not None:
            return self.kept.many.of_text(row)
        if key in self._runs:
            self._runs.move_to_end(key)
        return self._runs.get(key)

    def _keep(self, runs: dict[Key, NDArray[Any]]) -> None:
        new = {key: run for key, run in runs.items() if key not in self.kept.many_rows}
        if new and self.kept.many is not None:
            self.kept.many_rows.update(
                zip(new, range(len(self.kept.many), len(self.kept.many) + len(new)), strict=True)
            )
            sizes = np.array([len(run) for run in new.values()])
            self.kept.many = self.kept.many.plus(np.concatenate(list(new.values())), sizes)

    def _note(self, runs: dict[Key, NDArray[Any]]) -> None:
        for key, run in runs.items():
            self._held += len(run) - len(self._runs.get(key, run[:0]))
            self._runs[key] = run
        while self._held > _MOST_RECENT:
            _, gone = self._runs.popitem(last=False)
            self._held -= len(gone)
