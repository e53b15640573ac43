"""Opening a language model, masked, diffusion or causal: from a folder or the model hub."""

from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from typing import Any

from harness.encoders.devices import choose_device
from harness.encoders.own_code import brings_own_model, open_own_model
from harness.encoders.padding import Mask, by_token, find_mask
from harness.encoders.placed import Placed, open_placed
from harness.encoders.retrieval_prompt import ids_of
from harness.encoders.untrained import missing_weights
from harness.errors import EncoderError
from harness.settings.encoder import EncoderSettings

_TRIED = "A short text, beside which stands a long one."


@dataclass(frozen=True)
class OpenedLanguageModel:
    """A model of transformers on its device, its tokenizer and what to record of where it came from."""

    model: Any
    tokenizer: Any
    mask: int | None
    """The token that stands for one that is to be said; None of a causal model."""
    name: str
    revision: str
    padding: Mask | None = by_token
    """How its attention mask tells texts from padding; None where texts of unequal length must be read apart."""

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
    mask = None if causal else _mask(model, tokenizer, placed.name, mask_token)
    model = model.to(device).eval()
    padding = find_mask(model, ids_of(tokenizer, _TRIED), pad_of(tokenizer)) if _own_code(model) else by_token
    return OpenedLanguageModel(model, tokenizer, mask, placed.name, placed.revision, padding)


def pad_of(tokenizer: Any) -> int:
    """The token to fill up with."""
    pad: int | None = tokenizer.pad_token_id
    return pad or 0


def _mask(model: Any, tokenizer: Any, name: str, mask_token: str | None) -> int:
    """The mask that is asked for, or the tokenizer's own, or the one that the model's config names."""
    mask: int | None = tokenizer.mask_token_id if mask_token is None else tokenizer.convert_tokens_to_ids(mask_token)
    if mask is None and mask_token is None:
        mask = getattr(model.config, "mask_token_id", None)
    if mask is None or mask == tokenizer.unk_token_id:
        raise EncoderError(
            f"The model {name} has no mask token; set encoder.options.mask_token, give a masked language model, or let "
            "a causal one say words one after another with encoder.options.sequential=true."
        )
    return mask


def _own_code(model: Any) -> bool:
    return type(model).__module__.startswith("transformers_modules")


def _load(placed: Placed, settings: EncoderSettings, *, causal: bool) -> tuple[Any, Any]:
    import torch
    from transformers import AutoModelForCausalLM, AutoModelForMaskedLM, AutoTokenizer

    places: dict[str, Any] = {"trust_remote_code": settings.trust_remote_code, "local_files_only": placed.local}
    dtype = getattr(torch, settings.dtype)
    if not causal and settings.trust_remote_code and brings_own_model(placed.folder):
        model, lacking = open_own_model(placed.folder, dtype, places)
    else:
        with missing_weights() as missing:
            kind = AutoModelForCausalLM if causal else AutoModelForMaskedLM
            model = kind.from_pretrained(str(placed.folder), dtype=dtype, **places)
        lacking = set(missing)
    if lacking:
        raise EncoderError(
            f"The model {placed.name} lacks the weights {', '.join(sorted(lacking)[:3])}, which would be random "
            "numbers; give a language model that was saved with its head."
        )
    return model, AutoTokenizer.from_pretrained(str(placed.folder), **places)
