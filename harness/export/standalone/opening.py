"""The encoder that a program was measured with: made again from what is known of it, and checked."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from harness.encoders.base import BaseEncoder
from harness.encoders.bundled import BUNDLES
from harness.encoders.fingerprint import SENTENCES, fingerprint
from harness.encoders.kinds import bundled_encoder, transformer_encoder
from harness.encoders.sentence_transformer import SentenceTransformerEncoder
from harness.errors import HarnessError
from harness.settings.encoder import EncoderSettings

from .faults import RetrieverError

Opened = TypeVar("Opened", bound=BaseEncoder)


def open_encoder(facts: Mapping[str, Any], model: Any = None) -> BaseEncoder:
    """The encoder of `facts` (`encoder` in facts.json), by default from where it was, or else from `model`.

    `model` is a folder with the same model, or a loaded SentenceTransformer. Raises RetrieverError where it cannot be
    loaded or is another model: its answers to five sentences must be those that were recorded.
    """
    settings = EncoderSettings(**facts["settings"])
    try:
        encoder = _open(settings, model)
    except HarnessError as error:
        raise RetrieverError(str(error)) from error
    return checked(encoder, facts)


def checked(encoder: Opened, facts: Mapping[str, Any]) -> Opened:
    """An encoder that answers five sentences as was recorded. Raises RetrieverError for any other."""
    # The library's version, the name and the place may be others: what it answers may not.
    told = {**encoder.facts, **{name: facts[name] for name in ("name", "revision", "library")}}
    if encoder.dim != facts["dim"] or fingerprint(encoder.encode(SENTENCES), told) != facts["fingerprint"]:
        raise RetrieverError(
            f"This is another model than the {facts['name']} that the program was measured with, or it answers "
            f"otherwise here; give revision {facts['revision']}, or export the program again with this encoder."
        )
    return encoder


def _open(settings: EncoderSettings, model: Any) -> BaseEncoder:
    if model is not None and settings.kind == "bundled":
        settings = replace(settings, prompts={**BUNDLES[settings.model].prompts, **settings.prompts})
    if model is not None and not isinstance(model, str | Path):
        return SentenceTransformerEncoder(
            model,
            name=settings.model,
            revision="",
            prompts=settings.prompts,
            adapters=settings.adapters,
            dim=settings.dim,
            max_tokens=settings.max_tokens,
            batch_size=settings.batch_size,
        )
    if model is not None:
        return transformer_encoder(replace(settings, kind="sentence-transformers", model=str(model), revision=None))
    if settings.kind == "bundled":
        return bundled_encoder(settings)
    if not settings.model:
        raise RetrieverError("The model came from a folder; give the folder's path as model=.")
    return transformer_encoder(settings)
