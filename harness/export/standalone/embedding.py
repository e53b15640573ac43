"""A sentence-transformers model that remembers what it has embedded."""

import json
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

FloatMatrix = NDArray[np.float32]
Key = tuple[str, str, int | None, str]
"""Prompt, task, token cap, text: what decides a full vector."""


class RememberingEncoder:
    """Embeds texts as the search did, each text once.

    What is embedded within `keeping()` stays for good; of the rest, the last `recent` texts. `prompts` maps a role to
    the text put before an input and goes before the model's own; `adapters` are those that a program may name.
    """

    def __init__(
        self,
        model: Any,
        *,
        prompts: Mapping[str, str] | None = None,
        adapters: Sequence[str] = (),
        batch_size: int = 32,
        recent: int = 100_000,
    ) -> None:
        self._model = model.eval()
        self._prompts = {"query": "", "document": ""} | dict(model.prompts) | dict(prompts or {})
        self._adapters = tuple(adapters)
        self._batch_size = batch_size
        self._kept: dict[Key, NDArray[np.float32]] = {}
        self._recent: OrderedDict[Key, NDArray[np.float32]] = OrderedDict()
        self._most_recent = recent
        self._keeping = False
        self.texts_encoded = 0
        """Texts that went through the model so far."""

    @contextmanager
    def keeping(self) -> Iterator[None]:
        """Keep for good what is embedded within."""
        self._keeping = True
        try:
            yield
        finally:
            self._keeping = False

    def forget(self) -> None:
        """Drop everything."""
        self._kept.clear()
        self._recent.clear()

    def embed(
        self,
        texts: Sequence[str],
        *,
        role: str = "document",
        adapter: str | None = None,
        dim: int | None = None,
        max_tokens: int | None = None,
    ) -> FloatMatrix:
        """Embed n texts to unit rows, float32 (n, dim): what a program calls as `embed_fn`.

        Raises TypeError for anything but strings, ValueError for a role, adapter or dimension that the model lacks.
        """
        if isinstance(texts, str) or not all(isinstance(text, str) for text in texts):
            raise TypeError("embed_fn takes a list of strings.")
        if role not in self._prompts:
            raise ValueError(f"The model has no role {role!r}; it has {', '.join(sorted(self._prompts))}.")
        if adapter is not None and adapter not in self._adapters:
            raise ValueError(f"The model has no adapter {adapter!r}; it has {', '.join(self._adapters) or 'none'}.")
        task = adapter or next(iter(self._adapters), role)
        keys = [(self._prompts[role], task, max_tokens, text) for text in texts]
        known: dict[Key, NDArray[np.float32]] = {}
        for key in keys:
            vector = self._find(key)
            if vector is not None:
                known[key] = vector
        missing = [key for key in dict.fromkeys(keys) if key not in known]
        if missing:
            known.update(self._encode(missing))
        if not keys:
            return np.empty((0, dim or self.dim), dtype=np.float32)
        return cut(np.stack([known[key] for key in keys]), dim)

    @property
    def dim(self) -> int:
        """Full width of a vector."""
        return int(self._model.get_embedding_dimension())

    def save(self, path: Path) -> None:
        """Write what is kept to one .npz file."""
        keys = json.dumps(list(self._kept)).encode("utf-8", "surrogatepass")
        vectors = np.stack(list(self._kept.values())) if self._kept else np.empty((0, self.dim), np.float32)
        np.savez(path, keys=np.frombuffer(keys, np.uint8), vectors=vectors)

    def load(self, path: Path) -> None:
        """Keep what `save` wrote. Raises ValueError where this model embeds a kept text differently."""
        with np.load(path) as stored:
            keys = [tuple(key) for key in json.loads(stored["keys"].tobytes().decode("utf-8", "surrogatepass"))]
            vectors = stored["vectors"]
        if keys and not np.allclose(self._encode(keys[:1])[keys[0]], vectors[0], atol=1e-3):
            raise ValueError(f"{path} was written with another model; index the texts again.")
        self._kept.update(zip(keys, vectors, strict=True))

    def _find(self, key: Key) -> NDArray[np.float32] | None:
        if key in self._kept:
            return self._kept[key]
        if key not in self._recent:
            return None
        self._recent.move_to_end(key)
        if self._keeping:
            self._kept[key] = self._recent[key]
        return self._recent[key]

    def _encode(self, keys: Sequence[Key]) -> dict[Key, NDArray[np.float32]]:
        prompt, task, cap, _ = keys[0]
        with _capped(self._model, cap):
            vectors = self._model.encode(
                [_clean(key[3]) for key in keys],
                prompt=prompt,
                task=task,
                batch_size=self._batch_size,
                show_progress_bar=False,
            )
        self.texts_encoded += len(keys)
        found = dict(zip(keys, unit_rows(np.asarray(vectors, dtype=np.float32)), strict=True))
        if self._keeping:
            self._kept.update(found)
        else:
            self._recent.update(found)
            while len(self._recent) > self._most_recent:
                self._recent.popitem(last=False)
        return found


def unit_rows(vectors: FloatMatrix) -> FloatMatrix:
    """Divide each row of float32 (n, d) by its length; a row of zeros becomes the constant unit row."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    constant = np.float32(1 / np.sqrt(max(1, vectors.shape[1])))
    return np.where(lengths > 0, vectors / np.where(lengths > 0, lengths, 1), constant).astype(np.float32)


def cut(vectors: FloatMatrix, dim: int | None) -> FloatMatrix:
    """Keep the first `dim` components (Matryoshka) and normalise again; None keeps all."""
    width = vectors.shape[1]
    if dim is None or dim == width:
        return vectors
    if not 1 <= dim <= width:
        raise ValueError(f"The model's vectors are {width} wide; dim must be from 1 to {width}, not {dim}.")
    return unit_rows(vectors[:, :dim])


def _clean(text: str) -> str:
    """Put U+FFFD for every lone surrogate, which no tokenizer reads."""
    return text if text.isascii() else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


@contextmanager
def _capped(model: Any, cap: int | None) -> Iterator[None]:
    """Let the model cut texts at `cap` tokens inside the block, or at its own limit where that is lower."""
    if cap is None:
        yield
    elif hasattr(model.tokenizer, "enable_truncation"):  # a static model has no limit of its own
        model.tokenizer.enable_truncation(cap)
        try:
            yield
        finally:
            model.tokenizer.no_truncation()
    else:
        own = model.max_seq_length
        model.max_seq_length = cap if own is None else min(own, cap)
        try:
            yield
        finally:
            model.max_seq_length = own
