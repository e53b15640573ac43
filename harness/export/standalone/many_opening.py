"""The encoder of many vectors a text that a program was measured with: made again, and checked."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from harness.encoders.base import BaseEncoder
from harness.encoders.bundled import BUNDLES
from harness.encoders.many import ManyVectors
from harness.encoders.many_kinds import late_interaction_encoder, representative_encoder, token_vector_encoder
from harness.encoders.token_vectors import TokenVectorEncoder
from harness.errors import HarnessError
from harness.settings.encoder import EncoderSettings

from .faults import RetrieverError
from .opening import checked

_KINDS: Mapping[str, Callable[..., BaseEncoder]] = {
    "tokens-of": token_vector_encoder,
    "multi-vector": late_interaction_encoder,
    "representative-tokens": representative_encoder,
}


def open_encoder(facts: Mapping[str, Any], model: Any = None) -> ManyVectors:
    """See `opening.open_encoder`; a loaded SentenceTransformer does for the vectors of its tokens alone."""
    settings = EncoderSettings(**facts["settings"])
    try:
        encoder = _open(settings, model)
    except HarnessError as error:
        raise RetrieverError(str(error)) from error
    assert isinstance(encoder, ManyVectors)
    return checked(encoder, facts)


def _open(settings: EncoderSettings, model: Any) -> BaseEncoder:
    if model is None and not settings.model:
        raise RetrieverError("The model came from a folder; give the folder's path as model=.")
    if model is None:
        return _KINDS[settings.kind](settings, **settings.options)
    if settings.model in BUNDLES and settings.kind == "tokens-of":
        settings = replace(settings, prompts={**BUNDLES[settings.model].prompts, **settings.prompts})
    if isinstance(model, str | Path):
        return _KINDS[settings.kind](replace(settings, model=str(model), revision=None), **settings.options)
    if settings.kind != "tokens-of":
        raise RetrieverError(f"A loaded model does not do for {settings.kind}; give its folder's path as model=.")
    options = dict(settings.options)
    return TokenVectorEncoder(
        model=model,
        name=settings.model,
        revision="",
        prompts=settings.prompts,
        adapters=settings.adapters,
        dim=settings.dim,
        max_tokens=settings.max_tokens,
        batch_size=settings.batch_size,
        queries=options.pop("query_vectors", None),
        documents=options.pop("vectors", None),
        **({"mean": True} | options),
    )
