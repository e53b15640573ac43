"""A frozen encoder over a loaded sentence-transformers model."""

import threading
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from harness.encoders.base import BaseEncoder
from harness.encoders.compiled import compile_model, moved, require_cuda
from harness.encoders.protocol import FloatMatrix
from harness.encoders.roles import prompts_by_role
from harness.encoders.threads import FreeCores
from harness.encoders.token_cap import TokenCap, reading_modules, token_counts
from harness.errors import EncoderError
from harness.machine.cores import available_cores
from harness.text import plain


class SentenceTransformerEncoder(BaseEncoder):
    """Encodes with any model that sentence-transformers loads; several threads may use it.

    `prompts` maps a role to the text put before each input and goes before the model's own prompts. `adapters` are the
    adapters that may be named; the first is used where none is. `dim` and `max_tokens` narrow the model for good.
    `threads` None follows the cores that are free; it means nothing on a GPU. `compiled` has torch compile the model,
    which then uses all cores, as it is compiled for a number of threads. `pinned` is for NVIDIA GPUs.

    Raises EncoderError where the model has no adapters, no such width, or answers with numbers that are not finite, and
    where it cannot be compiled or memory not be pinned.
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
        compiled: bool = False,
        pinned: bool = False,
    ) -> None:
        self._model = model.eval()
        self._compiled, self._pinned = compiled, pinned
        if pinned:
            require_cuda(model.device.type)
        if compiled:
            compile_model(model, name)
        self._threads = threads or (available_cores() if compiled else None)
        self._free_cores = FreeCores()
        self._lock = threading.Lock()
        _prepare_tokenizers(model, name)
        self._cap = TokenCap(model, max_tokens)
        super().__init__(
            name=name,
            prompts=prompts_by_role(name, model.prompts, model.default_prompt_name) | dict(prompts),
            adapters=adapters,
            model_dim=self._width(name, next(iter(adapters), None)),
            dim=dim,
            limit=self._cap,
            batch_size=batch_size,
        )
        self._check_adapters()
        backend = {} if model.backend == "torch" else {"backend": str(model.backend)}
        if compiled:
            backend["backend"] = "torch.compile"
        self.identity = self._identify(revision, str(model.dtype or "float32").removeprefix("torch."), **backend)

    def _width(self, name: str, adapter: str | None) -> int:
        """How wide the model answers, whatever it says; EncoderError where it gives a text no vector."""
        tasks = (adapter,) if adapter else ("query", "document") if self._reads_task() else ("document",)
        try:
            widths = {self._forward(["text"], "", task, None)[0].shape[1] for task in tasks}
        except Exception as error:  # whatever a model's own code raises
            if self._compiled:
                why = plain(str(error).partition("\n")[0], 300)
                raise EncoderError(
                    f"The encoder {name} cannot be compiled here ({type(error).__name__}: {why}); "
                    "set encoder.compile=false."
                ) from error
            if isinstance(error, KeyError) and error.args == ("sentence_embedding",):
                why = "it gives a vector for each token and none for the text, so it lacks a pooling module"
            else:
                why = f"{type(error).__name__}: {plain(str(error))}"
            raise EncoderError(
                f"The encoder {name} cannot encode a text ({why}); check encoder.adapters and that the model is whole."
            ) from error
        if len(widths) > 1:
            raise EncoderError(f"The encoder {name} has queries and documents of two widths; use another one.")
        return int(min(*widths, self._model.truncate_dim or max(widths)))

    def _reads_task(self) -> bool:
        return "task" in self._model.get_model_kwargs()

    def _forward(
        self, texts: list[str], prompt: str, task: str, cap: int | None
    ) -> tuple[FloatMatrix, NDArray[np.int64]]:
        output, tokens = self._outputs(texts, prompt, task, cap)
        return output["sentence_embedding"].float().cpu().numpy(), tokens

    def _outputs(self, texts: list[str], prompt: str, task: str, cap: int | None) -> tuple[Any, NDArray[np.int64]]:
        """Whatever the model gives of the texts, and the tokens that it read of each, int64 (b,)."""
        import torch

        with self._lock, torch.inference_mode(), self._cap.set_to(cap):
            if self._model.device.type == "cpu":
                torch.set_num_threads(self._threads or self._free_cores.look())
            features = self._model.preprocess(texts, prompt=prompt, task=task)
            tokens = token_counts(features)
            return self._model(moved(features, self._model.device, pinned=self._pinned), task=task), tokens


def _prepare_tokenizers(model: Any, name: str) -> None:
    """Give each tokenizer what batches need. Raises EncoderError for a model that reads no texts."""
    for module in reading_modules(model):
        words = getattr(module, "tokenizer", None)
        if words is None:
            raise EncoderError(f"The encoder {name} has no tokenizer, so it reads no texts; use another one.")
        if getattr(words, "pad_token", "") is None:
            # What pads a text is masked, so any token serves; models that only write texts come without one.
            words.pad_token = words.eos_token or words.unk_token or words.convert_ids_to_tokens(0)
