"""Opening a language model, masked, diffusion or causal: from a folder or the model hub."""

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
    mask: int | None
    """The token that stands for one that is to be said; None of a causal model."""
    name: str
    revision: str

    @property
    def library(self) -> str:
        """The library and its version."""
        return f"transformers {version('transformers')}"


def open_language_model(
    settings: EncoderSettings, mask_token: str | None = None, *, causal: bool = False
) -> OpenedLanguageModel:
    """Open the model that checked settings name; `mask_token` where its tokenizer names none and it is not `causal`.

    Raises EncoderError, or UsageError for a folder that does not exist.
    """
    device = choose_device(settings.device, settings.dtype)
    (model, tokenizer), placed = open_placed(settings, partial(_load, settings=settings, causal=causal))
    mask = None if causal else _mask(tokenizer, placed.name, mask_token)
    return OpenedLanguageModel(model.to(device), tokenizer, mask, placed.name, placed.revision)


def _mask(tokenizer: Any, name: str, mask_token: str | None) -> int:
    mask: int | None = tokenizer.mask_token_id if mask_token is None else tokenizer.convert_tokens_to_ids(mask_token)
    if mask is None or mask == tokenizer.unk_token_id:
        raise EncoderError(
            f"The model {name} has no mask token; set encoder.options.mask_token, give a masked language model, or let "
            "a causal one say words one after another with encoder.options.sequential=true."
        )
    return mask


def _load(placed: Placed, settings: EncoderSettings, *, causal: bool) -> tuple[Any, Any]:
    import torch
    from transformers import AutoModel, AutoModelForCausalLM, AutoModelForMaskedLM, AutoTokenizer

    places: dict[str, Any] = {"trust_remote_code": settings.trust_remote_code, "local_files_only": placed.local}
    dtype = getattr(torch, settings.dtype)
    with missing_weights() as missing:
        try:
            kind = AutoModelForCausalLM if causal else AutoModelForMaskedLM
            model = kind.from_pretrained(str(placed.folder), dtype=dtype, **places)
        except ValueError:  # a diffusion model's own code is named for no task
            if causal or not settings.trust_remote_code:
                raise
            model = AutoModel.from_pretrained(str(placed.folder), dtype=dtype, **places)
    if missing:
        raise EncoderError(
            f"The model {placed.name} lacks the weights {', '.join(sorted(missing)[:3])}, which would be random "
            "numbers; give a language model that was saved with its head."
        )
    return model, AutoTokenizer.from_pretrained(str(placed.folder), **places)
