"""A frozen encoder over a loaded sentence-transformers model."""

import threading
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from harness.encoders.base import BaseEncoder
from harness.encoders.protocol import FloatMatrix
from harness.encoders.threads import FreeCores
from harness.encoders.token_cap import TokenCap, token_counts


class SentenceTransformerEncoder(BaseEncoder):
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
        self._model = model.eval()
        self._threads = threads
        self._free_cores = FreeCores()
        self._lock = threading.Lock()
        self._cap = TokenCap(model, max_tokens)
        super().__init__(
            name=name,
            prompts=dict(model.prompts) | dict(prompts),
            adapters=adapters,
            model_dim=int(model.get_embedding_dimension()),
            dim=dim,
            limit=self._cap,
            batch_size=batch_size,
        )
        self._check_adapters()
        self.identity = self._identify(revision, str(next(model.parameters()).dtype).removeprefix("torch."))

    def _reads_task(self) -> bool:
        return "task" in self._model.get_model_kwargs()

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
        return vectors, tokens
