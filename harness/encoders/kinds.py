"""Encoders that this package brings, made from their settings: from an installed package, a folder or the model hub."""

import os
from collections.abc import Callable

from harness.encoders.base import BaseEncoder
from harness.encoders.bundled import BUNDLES, check_folder
from harness.encoders.static import StaticEncoder
from harness.settings.encoder import EncoderSettings


def bundled_encoder(settings: EncoderSettings) -> BaseEncoder:
    """A model inside an installed package, without torch where that can be. Raises EncoderError without the package."""
    return _static_encoder(settings) if is_static(settings) else transformer_encoder(settings)


def is_static(settings: EncoderSettings) -> bool:
    """Whether these settings need no torch, whose import takes seconds."""
    return (
        settings.kind == "bundled"
        and BUNDLES[settings.model].open_static is not None
        and settings.dtype == "float32"
        and settings.device in ("auto", "cpu")
    )


def _static_encoder(settings: EncoderSettings) -> BaseEncoder:
    bundle = BUNDLES[settings.model]
    assert bundle.open_static is not None
    return StaticEncoder(
        bundle.open_static(check_folder(bundle)),
        name=settings.model,
        revision=bundle.revision,
        prompts={**bundle.prompts, **settings.prompts},
        adapters=settings.adapters,
        dim=settings.dim,
        max_tokens=settings.max_tokens,
        batch_size=settings.batch_size,
    )


def transformer_encoder(settings: EncoderSettings, make: Callable[..., BaseEncoder] | None = None) -> BaseEncoder:
    """A model that sentence-transformers loads, by default one vector a text.

    Raises EncoderError, or UsageError for a folder that is missing.
    """
    # Idle OpenMP threads that spin take the cores of the sandbox; torch reads this when it is first imported.
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    from harness.encoders.compiled import require_cuda
    from harness.encoders.devices import choose_device
    from harness.encoders.open_model import open_model
    from harness.encoders.quiet import quiet_libraries
    from harness.encoders.sentence_transformer import SentenceTransformerEncoder
    from harness.encoders.soundness import check_answers

    with quiet_libraries():
        if settings.pin_memory:
            require_cuda(choose_device(settings.device, settings.dtype))
        opened = open_model(settings)
    encoder = (make or SentenceTransformerEncoder)(
        model=opened.model,
        name=opened.name,
        revision=opened.revision,
        prompts={**opened.prompts, **settings.prompts},
        adapters=settings.adapters,
        dim=settings.dim,
        max_tokens=settings.max_tokens,
        threads=settings.threads,
        batch_size=settings.batch_size,
        compiled=settings.compile,
        pinned=settings.pin_memory,
    )
    if settings.kind != "bundled":  # those are known
        check_answers(encoder, opened.model)
    return encoder
