"""From settings to a loaded encoder, and to one behind its cache."""

import logging
import os
import time
from collections.abc import Callable, Mapping

from harness import plugins
from harness.encoders.bundled import BUNDLES, check_folder
from harness.encoders.cached import CachedEncoder, Report
from harness.encoders.protocol import Encoder
from harness.encoders.static import StaticEncoder
from harness.encoders.store import EmbeddingStore
from harness.errors import UsageError
from harness.settings.encoder import CacheSettings, EncoderSettings
from harness.text import nearest

_log = logging.getLogger(__name__)

DTYPES = ("float32", "bfloat16", "float16")


def load_encoder(settings: EncoderSettings) -> Encoder:
    """Load the encoder, or have the package that brings it make it, and take its fingerprint.

    Raises UsageError for a value that no encoder knows, EncoderError where the model cannot be loaded, JobError where
    a package cannot be imported.
    """
    make = plugins.choose(
        plugins.ENCODERS, settings.kind, KINDS, takes=("settings",), options=settings.options, what="encoder.kind"
    )
    _check(settings)
    began = time.monotonic()
    encoder: Encoder = make(settings)
    _log.info("encoder %s is loaded in %.2f s: %s", encoder.name, time.monotonic() - began, encoder.identity)
    return encoder


def _bundled_encoder(settings: EncoderSettings) -> Encoder:
    _one_of("encoder.model", settings.model, tuple(BUNDLES))
    return _static_encoder(settings) or _transformer_encoder(settings)


def _static_encoder(settings: EncoderSettings) -> Encoder | None:
    """The encoder without torch, whose import takes seconds; None where the settings need torch."""
    bundle = BUNDLES[settings.model]
    if bundle.open_static is None:
        return None
    if settings.dtype != "float32" or settings.device not in ("auto", "cpu"):
        return None
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


def _transformer_encoder(settings: EncoderSettings) -> Encoder:
    # Idle OpenMP threads that spin take the cores of the sandbox; torch reads this when it is first imported.
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    from harness.encoders.open_model import open_model
    from harness.encoders.quiet import quiet_libraries
    from harness.encoders.sentence_transformer import SentenceTransformerEncoder

    with quiet_libraries():
        opened = open_model(settings)
    return SentenceTransformerEncoder(
        opened.model,
        name=opened.name,
        revision=opened.revision,
        prompts={**opened.prompts, **settings.prompts},
        adapters=settings.adapters,
        dim=settings.dim,
        max_tokens=settings.max_tokens,
        threads=settings.threads,
        batch_size=settings.batch_size,
    )


KINDS: Mapping[str, Callable[[EncoderSettings], Encoder]] = {
    "bundled": _bundled_encoder,
    "sentence-transformers": _transformer_encoder,
}


def load_cached_encoder(
    settings: EncoderSettings, cache: CacheSettings, *, report: Report | None = None
) -> CachedEncoder:
    """Load the encoder and open its cache; raises as `load_encoder` does."""
    return cache_encoder(load_encoder(settings), cache, report=report)


def cache_encoder(encoder: Encoder, cache: CacheSettings, *, report: Report | None = None) -> CachedEncoder:
    """Put an encoder behind the cache of the settings."""
    store = EmbeddingStore(cache.folder, cache.max_bytes) if cache.max_bytes > 0 else None
    return CachedEncoder(encoder, store, memory_bytes=cache.memory_bytes, report=report)


def _check(settings: EncoderSettings) -> None:
    _one_of("encoder.dtype", settings.dtype, DTYPES)
    for name in ("dim", "max_tokens", "threads", "batch_size"):
        value = getattr(settings, name)
        if value is not None and value < 1:
            raise UsageError(f"encoder.{name} must be at least 1, not {value}.")


def _one_of(name: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise UsageError(f"{name} is '{value}'{nearest(value, allowed)}")
