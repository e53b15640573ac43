"""Models that were trained for late interaction: ColBERT and its heirs, as sentence-transformers loads them."""

import json
import threading
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from harness.encoders.devices import choose_device
from harness.encoders.many import ManyVectors, Read, pooled_tokens
from harness.encoders.matryoshka import unit_rows
from harness.encoders.open_model import OpenedModel
from harness.encoders.placed import Placed, open_placed
from harness.encoders.protocol import EncodeRefused, FloatMatrix
from harness.encoders.roles import prompts_by_role
from harness.encoders.threads import FreeCores
from harness.encoders.token_cap import TokenLimit, token_counts
from harness.encoders.untrained import missing_weights, refuse_untrained
from harness.errors import EncoderError
from harness.settings.encoder import EncoderSettings

_OF_COLBERT = ("artifact.metadata", "1_Dense")
"""What stands in a folder of ColBERT's own or of PyLate, which the library converts."""


def open_late(settings: EncoderSettings) -> OpenedModel:
    """Open a MultiVectorEncoder of a folder or the hub.

    Raises EncoderError, or UsageError for a folder that does not exist.
    """
    device = choose_device(settings.device, settings.dtype)
    model, placed = open_placed(settings, partial(_load, settings=settings, device=device))
    return OpenedModel(model, placed.name, placed.revision)


def _load(placed: Placed, settings: EncoderSettings, device: str) -> Any:
    import torch
    from sentence_transformers import MultiVectorEncoder

    if not _of_late_interaction(placed.folder):
        raise EncoderError(
            f"The model {placed.name} was not trained for late interaction; take its tokens' vectors with "
            "encoder.kind=tokens-of."
        )
    with missing_weights() as missing:
        model = MultiVectorEncoder(
            str(placed.folder),
            device=device,
            trust_remote_code=settings.trust_remote_code,
            local_files_only=placed.local,
            model_kwargs={"dtype": getattr(torch, settings.dtype)},
        )
    refuse_untrained(placed.name, model, missing)
    return model


def _of_late_interaction(folder: Path) -> bool:
    path = folder / "config_sentence_transformers.json"
    said = json.loads(path.read_text("utf-8")) if path.is_file() else {}
    return said.get("model_type") == "MultiVectorEncoder" or any((folder / mark).exists() for mark in _OF_COLBERT)


class _OwnLimits(TokenLimit):
    """Of a model that cuts queries and documents where it was trained to."""

    def effective(self, max_tokens: int | None) -> int | None:
        if max_tokens is not None:
            raise EncodeRefused("This encoder cuts queries and documents at lengths of its own; leave out max_tokens.")
        return None


class LateInteractionEncoder(ManyVectors):
    """A loaded MultiVectorEncoder; a text's one vector is the mean of its many. Several threads may use it.

    `mean` None compares as the model was trained to. Texts are cut where the model cuts them and nowhere else.
    """

    def __init__(self, opened: OpenedModel, settings: EncoderSettings, *, mean: bool | None, **counts: Any) -> None:
        self._model, self._threads, self._free_cores = opened.model.eval(), settings.threads, FreeCores()
        self._lock = threading.Lock()
        super().__init__(
            name=opened.name,
            mean=opened.model.similarity_fn_name == "meanmaxsim" if mean is None else mean,
            prompts=prompts_by_role(opened.name, self._model.prompts, self._model.default_prompt_name)
            | dict(settings.prompts),
            adapters=(),
            model_dim=self._model.get_embedding_dimension(),
            dim=settings.dim,
            limit=_OwnLimits(own=None, frame=0, wanted=settings.max_tokens),
            batch_size=settings.batch_size,
            **counts,
        )
        more = {"many": self._told("late interaction")}
        self.identity = self._identify(opened.revision, str(self._model.dtype).removeprefix("torch."), **more)

    def _reads_task(self) -> bool:
        return True

    def _forward(
        self, texts: list[str], prompt: str, task: str, cap: int | None
    ) -> tuple[FloatMatrix, NDArray[np.int64]]:
        parts, tokens = self._tokens(texts, prompt, task)
        return np.stack([part.mean(axis=0) for part in parts]), tokens

    def _forward_many(self, texts: list[str], prompt: str, task: str, cap: int | None, most: int) -> Read:
        parts, tokens = self._tokens(texts, prompt, task)
        pooled = np.stack([part.mean(axis=0) for part in parts])
        return Read(pooled, [pooled_tokens(part, most) for part in parts], tokens)

    def _tokens(self, texts: list[str], prompt: str, task: str) -> tuple[list[FloatMatrix], NDArray[np.int64]]:
        """Unit vectors of the tokens that the model compares, and how many tokens it read."""
        import torch
        from sentence_transformers.util import batch_to_device

        with self._lock, torch.inference_mode():
            if self._model.device.type == "cpu":
                torch.set_num_threads(self._threads or self._free_cores.look())
            features = self._model.preprocess(texts, prompt=prompt, task=task)
            tokens = token_counts(features)
            output = self._model(batch_to_device(features, self._model.device), task=task)
        found = output["token_embeddings"].float().cpu().numpy()
        mask = output["attention_mask"].bool().cpu().numpy()
        parts = []
        for rows, kept in zip(found, mask, strict=True):
            # Where the model masks all of a text, all of it counts: each text has a vector.
            parts.append(unit_rows(rows[kept] if kept.any() else rows))
        return parts, tokens
