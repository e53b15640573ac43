"""Opening a masked or diffusion language model: from a folder or the model hub."""

from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from typing import Any

from harness.encoders.devices import choose_device
from harness.encoders.placed import Placed, open_placed
from harness.encoders.untrained import missing_weights
from harness.errors import EncoderError
from harness.settings.encoder import EncoderSettings


@dataclass(frozen=True)
class OpenedLanguageModel:
    """A model of transformers on its device, its tokenizer and what to record of where it came from."""

    model: Any
    tokenizer: Any
    mask: int
    """The token that stands for one that is to be said."""
    name: str
    revision: str

    @property
    def library(self) -> str:
        """The library and its version."""
        return f"transformers {version('transformers')}"


def open_language_model(settings: EncoderSettings, mask_token: str | None = None) -> OpenedLanguageModel:
    """Open the model that checked settings name; `mask_token` where its tokenizer names none.

    Raises EncoderError, or UsageError for a folder that does not exist.
    """
    device = choose_device(settings.device, settings.dtype)
    (model, tokenizer), placed = open_placed(settings, partial(_load, settings=settings))
    mask = tokenizer.mask_token_id if mask_token is None else tokenizer.convert_tokens_to_ids(mask_token)
    if mask is None or mask == tokenizer.unk_token_id:
        raise EncoderError(
            f"The model {placed.name} has no mask token; set encoder.options.mask_token, or give a masked language "
            "model."
        )
    return OpenedLanguageModel(model.to(device), tokenizer, mask, placed.name, placed.revision)


def _load(placed: Placed, settings: EncoderSettings) -> tuple[Any, Any]:
    import torch
    from transformers import AutoModel, AutoModelForMaskedLM, AutoTokenizer

    places: dict[str, Any] = {"trust_remote_code": settings.trust_remote_code, "local_files_only": placed.local}
    dtype = getattr(torch, settings.dtype)
    with missing_weights() as missing:
        try:
            model = AutoModelForMaskedLM.from_pretrained(str(placed.folder), dtype=dtype, **places)
        except ValueError:  # a diffusion model's own code is named for no task
            if not settings.trust_remote_code:
                raise
            model = AutoModel.from_pretrained(str(placed.folder), dtype=dtype, **places)
    if missing:
        raise EncoderError(
            f"The model {placed.name} lacks the weights {', '.join(sorted(missing)[:3])}, which would be random "
            "numbers; give a language model that was saved with its head."
        )
    return model, AutoTokenizer.from_pretrained(str(placed.folder), **places)
