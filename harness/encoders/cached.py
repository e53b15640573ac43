"""The frozen encoder behind its cache: what a program's `embed_fn` and the evaluator call."""

import gc
import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from harness.encoders.blobs import Kind
from harness.encoders.entries import Entries, from_batch, join
from harness.encoders.many_memory import ManyMemory
from harness.encoders.matryoshka import cut
from harness.encoders.memory import MemoryLayer
from harness.encoders.protocol import DOCUMENT, EmbedOptions, Encoder, EncodeRefused, EncoderIdentity, FloatMatrix
from harness.encoders.request import ManyRequest, Request
from harness.encoders.service import Embedded, Joiner
from harness.encoders.store import EmbeddingStore
from harness.encoders.texts import check_texts
from harness.machine.memory import available_memory
from primitives import MultiVectors

_log = logging.getLogger(__name__)

MEMORY_BYTES = 512 * 1024**2
"""Of vectors and texts in memory, where the machine has eight times as much."""

_KEEP_AFTER_TEXTS = 2000
_KEEP_AFTER_SECONDS = 2.0

Report = Callable[[int, int], None]
"""Called with the number of texts encoded so far and the number to encode."""


@dataclass(frozen=True)
class CacheStats:
    """What a cache did so far."""

    texts_asked: int = 0
    texts_encoded: int = 0
    seconds_encoded: float = 0.0

    @property
    def texts_hit(self) -> int:
        """Texts that needed no encoding of their own: cached, or repeated within a request."""
        return self.texts_asked - self.texts_encoded


@dataclass(frozen=True)
class _Asked:
    """A request that memory could not answer."""

    texts: Sequence[str]
    options: EmbedOptions


def _room() -> int:
    """Bytes that suit a machine of whatever size: a child of the sandbox and the model need theirs too."""
    return min(MEMORY_BYTES, (available_memory() or 8 * MEMORY_BYTES) // 8)


class CachedEncoder:
    """An encoder whose answers are kept in memory and, given a store, on disk; several threads may use it.

    An EmbedService. Vectors are kept at full width, so a narrower `dim` needs no new pass. One thread encodes at a
    time, and for all of one variant that wait: together they fill the encoder's batches, and nobody encodes what
    another already did. Memory holds `memory_bytes` of them, by default what suits the machine. `report` hears of the
    progress of requests that must encode.
    """

    def __init__(
        self,
        encoder: Encoder,
        store: EmbeddingStore | None,
        *,
        memory_bytes: int | None = None,
        report: Report | None = None,
    ) -> None:
        self.encoder = encoder
        self.identity: EncoderIdentity = encoder.identity
        """What is recorded of the encoder."""
        self._store = store
        self._report = report
        room = _room() if memory_bytes is None else memory_bytes
        share = room // 2 if self.has_many else room
        self._memory = MemoryLayer(encoder.dim, share)
        self.stored = str(getattr(encoder, "stored", "float32"))
        """The type of number in which many vectors are kept; see `harness.encoders.stored`."""
        self.has_words = bool(getattr(encoder, "sparse", False))
        """Whether many vectors come with weights of words; see `harness.encoders.worded`."""
        self._many = ManyMemory(encoder.dim, share, self.stored)
        self._state_lock = threading.Lock()
        self._joiner: Joiner[_Asked, Entries] = Joiner(self._answer)
        self._stats = CacheStats()

    @property
    def instructed(self) -> tuple[str, ...]:
        """Roles whose prompt asks for the task's instruction."""
        return tuple(getattr(self.encoder, "instructed", ()))

    @property
    def has_many(self) -> bool:
        """Whether a text can be given many vectors: whether the encoder is a ManyVectorEncoder."""
        return hasattr(self.encoder, "similarity")

    def most_vectors(self, role: str) -> int | None:
        """How many vectors a text of a task has at most; None where it has its one alone."""
        most: Mapping[str, int] = getattr(self.encoder, "most_vectors", {})
        return most.get(role)

    def similarity(self, queries: MultiVectors, documents: MultiVectors) -> FloatMatrix:
        """See ManyVectorEncoder."""
        encoder: Any = self.encoder
        scores: FloatMatrix = encoder.similarity(queries, documents)
        return scores

    @property
    def stats(self) -> CacheStats:
        """What was asked for and what was really encoded, so far."""
        return self._stats

    def close(self) -> None:
        """Let go of the encoder, of what memory holds and of the store; identity and statistics stay.

        Whoever else holds the encoder keeps it alive.
        """
        if self._store is not None:
            self._store.close()
        in_circles = getattr(self.encoder, "in_circles", True)
        del self.encoder
        self._memory, self._many = MemoryLayer(self.identity.dim, 0), ManyMemory(self.identity.dim, 0)
        if in_circles:  # the next model may need the memory at once; a collection takes a while
            gc.collect()

    def embed(self, texts: Sequence[str], options: EmbedOptions = DOCUMENT) -> Embedded:
        """Encode n texts, float32 (n, dim) unit rows, and many vectors if asked for, from the cache where it has them.

        Raises EncodeRefused as `Encoder.encode` does. What was encoded before an interruption stays in the cache.
        """
        check_texts(texts)
        if options.vectors is not None and not self.has_many:
            raise EncodeRefused(f"Encoder {self.identity.name} gives a text one vector; leave out vectors.")
        variant = self.encoder.variant(options)
        cut(np.empty((0, self.encoder.dim), dtype=np.float32), options.dim)
        entries = self._recall(variant, texts, options)
        if entries is None:
            entries = self._joiner.ask(variant, _Asked(texts, options))
        self._count(asked=len(texts))
        many = entries.many
        if many is not None and options.dim is not None:
            many = MultiVectors(cut(many.vectors, options.dim), many.offsets)
        tokens, seconds = int(entries.tokens.sum()), float(entries.seconds.sum())
        return Embedded(cut(entries.vectors, options.dim), tokens, seconds, many)

    def _answer(self, variant: str, group: Sequence[_Asked]) -> list[Entries]:
        """Answer requests of one variant together; only one thread at a time is here."""
        texts = [text for asked in group for text in asked.texts]
        options = group[0].options  # all options of one variant encode alike
        kind = Request if options.vectors is None else ManyRequest
        request = kind(texts, variant, self.encoder.fingerprint, self.encoder.dim)
        self._look_up(request, options)
        n_missing, began = len(request.missing), time.monotonic()
        self._encode(request, options)
        _log.debug(
            "%d of %d texts in %d requests were known, %d encoded in %.2f s",
            len(request.texts) - n_missing, len(request.texts), len(group), n_missing, time.monotonic() - began,
        )  # fmt: skip
        return [request.answer(asked.texts) for asked in group]

    def _layer(self, options: EmbedOptions) -> MemoryLayer | ManyMemory:
        return self._memory if options.vectors is None else self._many

    def _recall(self, variant: str, texts: Sequence[str], options: EmbedOptions) -> Entries | None:
        """The whole answer from memory; None where a part is missing."""
        with self._state_lock:
            memory = self._layer(options)
            rows = memory.find(variant, texts)
            return None if (rows < 0).any() else memory.gather(rows)

    def _look_up(self, request: Request, options: EmbedOptions) -> None:
        """Take what memory and store have."""
        with self._state_lock:
            memory = self._layer(options)
            rows = memory.find(request.variant, request.texts)
            held = np.flatnonzero(rows >= 0)
            request.put(replace(memory.gather(rows[held]), positions=held))
        missing = request.missing
        if self._store and len(missing):
            kind = None if options.vectors is None else Kind(self.stored, self.has_words)
            found = self._store.read(request.keys(missing), self.encoder.dim, kind)
            self._take(request, replace(found, positions=missing[found.positions]))

    def _encode(self, request: Request, options: EmbedOptions) -> None:
        """Encode what is missing, and keep it every few seconds and whatever happens."""
        missing = request.missing
        if not len(missing):
            return
        texts = [request.texts[i] for i in missing]
        parts: list[Entries] = []
        done, kept_at = 0, time.monotonic()
        try:
            for batch in self.encoder.encode_batches(texts, options):
                parts.append(from_batch(replace(batch, positions=missing[batch.positions])))
                done += len(batch.positions)
                if self._report:
                    self._report(done, len(texts))
                if sum(map(len, parts)) >= _KEEP_AFTER_TEXTS or time.monotonic() - kept_at >= _KEEP_AFTER_SECONDS:
                    self._keep(request, parts)
                    parts, kept_at = [], time.monotonic()
        finally:
            if parts:
                self._keep(request, parts)

    def _keep(self, request: Request, parts: Sequence[Entries]) -> None:
        """Put encoded entries into the store, and take what it then holds: the first of two processes wins."""
        entries = join(parts, self.encoder.dim, many=parts[0].many is not None)
        self._count(encoded=len(entries), seconds=float(entries.seconds.sum()))
        if self._store:
            entries = self._store.write(request.keys(entries.positions), entries, self.stored)
        self._take(request, entries)

    def _take(self, request: Request, entries: Entries) -> None:
        request.put(entries)
        with self._state_lock:
            memory = self._memory if entries.many is None else self._many
            memory.add(request.variant, [request.texts[i] for i in entries.positions], entries)

    def _count(self, asked: int = 0, encoded: int = 0, seconds: float = 0.0) -> None:
        with self._state_lock:
            self._stats = CacheStats(
                self._stats.texts_asked + asked,
                self._stats.texts_encoded + encoded,
                self._stats.seconds_encoded + seconds,
            )
