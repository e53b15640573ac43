"""An encoder that remembers what it has embedded, so that each text is embedded once."""

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from harness.encoders.matryoshka import cut
from harness.encoders.protocol import EmbedOptions, Encoder

from .rows import GrowingRows, GrowingRuns

FloatMatrix = NDArray[np.float32]
Key = tuple[str, str]
"""The encoder's variant (prompt, adapter, token cap), and the text: what decides a full vector."""


@dataclass
class Kept:
    """Vectors that stay for good: the row of each key."""

    width: int
    rows: dict[Key, int] = field(default_factory=dict)
    vectors: GrowingRows = field(init=False)
    many_rows: dict[Key, int] = field(default_factory=dict)
    """The run of each key that was asked for with many vectors."""
    many: GrowingRuns | None = None
    """Those runs, where the encoder gives a text many vectors."""

    def __post_init__(self) -> None:
        self.vectors = GrowingRows.of(np.empty((0, self.width), np.float32))

    def put(self, keys: Sequence[Key], vectors: FloatMatrix) -> None:
        """Add rows, float32 (n, width)."""
        self.rows.update(zip(keys, range(len(self.vectors), len(self.vectors) + len(keys)), strict=True))
        self.vectors = self.vectors.plus(vectors)


class RememberingEncoder:
    """Embeds texts through an encoder; several threads may use it.

    What is embedded with `keep` stays for good, of the rest the last `recent` texts.
    """

    def __init__(self, encoder: Encoder, recent: int = 100_000) -> None:
        self.encoder = encoder
        self.kept = self._nothing()
        self.texts_encoded = 0
        """Texts that went through the model so far."""
        self._recent: OrderedDict[Key, NDArray[np.float32]] = OrderedDict()
        self._most_recent = recent
        self._lock = threading.Lock()

    def forget(self, kept: Kept | None = None) -> None:
        """Drop everything, and keep `kept` instead."""
        with self._lock:
            self.kept = kept or self._nothing()
            self._recent.clear()

    def embed(
        self,
        texts: Sequence[str],
        *,
        role: str = "document",
        adapter: str | None = None,
        dim: int | None = None,
        max_tokens: int | None = None,
        vectors: int | None = None,
        keep: bool = False,
    ) -> Any:
        """Embed n texts to unit rows, float32 (n, dim): what a program calls as `embed_fn`.

        `vectors` asks for many a text, which an encoder of one refuses.

        `keep` those that come again with every query; of others the last ones are remembered.
        Raises TypeError for anything but strings, ValueError for a role, adapter or dimension that the model lacks.
        """
        if isinstance(texts, str) or not all(isinstance(text, str) for text in texts):
            raise TypeError("embed_fn takes a list of strings.")
        full = EmbedOptions(role, adapter, None, max_tokens, vectors)
        variant = self.encoder.variant(full)
        keys = [(variant, text) for text in texts]
        with self._lock:
            rows = [self.kept.rows.get(key) for key in keys]
            if keys and None not in rows:
                return cut(self.kept.vectors.array[rows], dim)  # type: ignore[index]  # none of them is None
            known = {key: vector for key in keys if (vector := self._find(key)) is not None}
        missing = [key for key in dict.fromkeys(keys) if key not in known]
        if missing:
            found = self.encoder.encode([text for _, text in missing], full)
            known.update(zip(missing, found, strict=True))
        with self._lock:
            self.texts_encoded += len(missing)
            self._remember(keys if keep else missing, known, keep=keep)
        if not keys:
            return np.empty((0, dim or self.encoder.dim), dtype=np.float32)
        return cut(np.stack([known[key] for key in keys]), dim)

    def embed_once(self, texts: Sequence[str], role: str = "document") -> FloatMatrix:
        """The same without a memory, for vectors that the caller keeps."""
        self.texts_encoded += len(texts)
        return self.encoder.encode(texts, EmbedOptions(role=role))

    def _nothing(self) -> Kept:
        return Kept(self.encoder.dim)

    def _find(self, key: Key) -> NDArray[np.float32] | None:
        row = self.kept.rows.get(key)
        if row is not None:
            kept: NDArray[np.float32] = self.kept.vectors.array[row]
            return kept
        if key in self._recent:
            self._recent.move_to_end(key)
        return self._recent.get(key)

    def _remember(self, keys: Sequence[Key], known: dict[Key, NDArray[np.float32]], *, keep: bool) -> None:
        if keep:
            new = [key for key in dict.fromkeys(keys) if key not in self.kept.rows]
            if new:
                self.kept.put(new, np.stack([known[key] for key in new]))
            return
        self._recent.update((key, known[key]) for key in keys)
        while len(self._recent) > self._most_recent:
            self._recent.popitem(last=False)
