"""A frozen encoder over a loaded sentence-transformers model."""

import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from harness.encoders.fingerprint import SENTENCES, fingerprint
from harness.encoders.matryoshka import cut, unit_rows
from harness.encoders.protocol import EncodedBatch, EncodeRefused, EncoderIdentity, FloatMatrix
from harness.encoders.texts import check_texts, clean, length_sorted
from harness.encoders.threads import FreeCores
from harness.encoders.token_cap import TokenCap, token_counts
from harness.errors import EncoderError


class SentenceTransformerEncoder:
    """Encodes with any model that sentence-transformers loads; several threads may use it.

    `prompts` maps a role to the text put before each input and goes before the model's own prompts. `adapters` are the
    adapters that may be named; the first is used where none is. `dim` and `max_tokens` narrow the model for good.
    `threads` None follows the cores that are free; it means nothing on a GPU.

    Raises EncoderError where the model has no adapters, no such width, or answers with numbers that are not finite.
    """

    def __init__(
        self,
        model: Any,
        *,
        name: str,
        revision: str,
        prompts: Mapping[str, str],
        adapters: Sequence[str] = (),
        dim: int | None = None,
        max_tokens: int | None = None,
        threads: int | None = None,
        batch_size: int = 32,
    ) -> None:
        self.name = name
        self._model = model.eval()
        self._prompts = {"query": "", "document": ""} | dict(model.prompts) | dict(prompts)
        self._adapters = tuple(adapters)
        self._threads = threads
        self._free_cores = FreeCores()
        self._batch_size = batch_size
        self._lock = threading.Lock()
        self._cap = TokenCap(model, max_tokens)
        self._model_dim = int(model.get_embedding_dimension())
        if dim is not None and not 1 <= dim <= self._model_dim:
            raise EncoderError(f"Encoder {name} is {self._model_dim} wide; set encoder.dim to 1 to {self._model_dim}.")
        self.dim = dim or self._model_dim
        self._check_adapters()
        self.identity = self._identify(revision)

    @property
    def fingerprint(self) -> str:
        """See protocol.Encoder."""
        return self.identity.fingerprint

    def variant(self, *, role: str, adapter: str | None, max_tokens: int | None) -> str:
        """See protocol.Encoder."""
        prompt, chosen, cap = self._resolve(role, adapter, max_tokens)
        task = self._task(role, chosen)
        return repr((prompt, task if "task" in self._model.get_model_kwargs() else None, cap))

    def encode(
        self,
        texts: Sequence[str],
        *,
        role: str = "document",
        adapter: str | None = None,
        dim: int | None = None,
        max_tokens: int | None = None,
    ) -> FloatMatrix:
        """See protocol.Encoder."""
        vectors = np.empty((len(texts), self.dim), dtype=np.float32)
        for batch in self.encode_batches(texts, role=role, adapter=adapter, max_tokens=max_tokens):
            vectors[batch.positions] = batch.vectors
        return cut(vectors, dim)

    def encode_batches(
        self,
        texts: Sequence[str],
        *,
        role: str = "document",
        adapter: str | None = None,
        max_tokens: int | None = None,
    ) -> Iterator[EncodedBatch]:
        """See protocol.Encoder."""
        check_texts(texts)
        prompt, chosen, cap = self._resolve(role, adapter, max_tokens)
        return self._batches(texts, prompt, self._task(role, chosen), cap)

    def _batches(self, texts: Sequence[str], prompt: str, task: str, cap: int | None) -> Iterator[EncodedBatch]:
        for positions in length_sorted(texts, self._batch_size, cap):
            start = time.perf_counter()
            vectors, tokens = self._forward([clean(texts[i]) for i in positions], prompt, task, cap)
            yield EncodedBatch(positions, vectors, tokens, time.perf_counter() - start)

    def _forward(
        self, texts: list[str], prompt: str, task: str, cap: int | None
    ) -> tuple[FloatMatrix, NDArray[np.int64]]:
        import torch
        from sentence_transformers.util import batch_to_device

        with self._lock, torch.inference_mode(), self._cap.set_to(cap):
            if self._model.device.type == "cpu":
                torch.set_num_threads(self._threads or self._free_cores.look())
            features = self._model.preprocess(texts, prompt=prompt, task=task)
            tokens = token_counts(features)
            output = self._model(batch_to_device(features, self._model.device), task=task)
            vectors: FloatMatrix = output["sentence_embedding"].float().cpu().numpy()
        if not np.isfinite(vectors).all():
            raise EncoderError(
                f"Encoder {self.name} answered with numbers that are not finite; set encoder.dtype=float32."
            )
        return unit_rows(vectors[:, : self.dim]), tokens

    def _resolve(self, role: str, adapter: str | None, max_tokens: int | None) -> tuple[str, str | None, int | None]:
        """Prompt, adapter and token cap that a request comes to; EncodeRefused where the model lacks one."""
        if role not in self._prompts:
            raise EncodeRefused(f"Encoder {self.name} has no role {role!r}; it has {_listed(self._prompts)}.")
        if adapter is not None and adapter not in self._adapters:
            raise EncodeRefused(f"Encoder {self.name} has no adapter {adapter!r}; it has {_listed(self._adapters)}.")
        return self._prompts[role], adapter or next(iter(self._adapters), None), self._cap.effective(max_tokens)

    @staticmethod
    def _task(role: str, adapter: str | None) -> str:
        """What the library calls a task: the adapter, or for a model with two towers the role."""
        return adapter or role

    def _check_adapters(self) -> None:
        """The library ignores a keyword that a model does not know, so ask, and see whether two adapters differ."""
        if not self._adapters:
            return
        if "task" not in self._model.get_model_kwargs():
            raise EncoderError(f"Encoder {self.name} has no adapters; set encoder.adapters=[].")
        try:
            answers = {adapter: self.encode(SENTENCES[:1], adapter=adapter).tobytes() for adapter in self._adapters}
        except (ValueError, KeyError) as error:
            raise EncoderError(f"Encoder {self.name} lacks an adapter ({error}); check encoder.adapters.") from None
        if len(set(answers.values())) < len(answers):
            raise EncoderError(f"Encoder {self.name} answers alike with different adapters; check encoder.adapters.")

    def _identify(self, revision: str) -> EncoderIdentity:
        import sentence_transformers

        library = f"sentence-transformers {sentence_transformers.__version__}"
        dtype = str(next(self._model.parameters()).dtype).removeprefix("torch.")
        facts: dict[str, object] = {
            "name": self.name,
            "revision": revision,
            "dtype": dtype,
            "library": library,
            "prompts": self._prompts,
            "adapters": self._adapters,
            "max_tokens": self._cap.limit,
        }
        return EncoderIdentity(
            name=self.name,
            fingerprint=fingerprint(self.encode(SENTENCES), facts),
            revision=revision,
            dtype=dtype,
            dim=self.dim,
            library=library,
        )


def _listed(names: Mapping[str, str] | Sequence[str]) -> str:
    return ", ".join(sorted(names)) or "none"
