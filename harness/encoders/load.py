"""From settings to a loaded encoder, and to one behind its cache."""

import logging
import time
from collections.abc import Callable, Mapping

from harness import plugins
from harness.encoders.bundled import BUNDLES
from harness.encoders.cached import CachedEncoder, Report
from harness.encoders.kinds import bundled_encoder, is_static, transformer_encoder
from harness.encoders.many_kinds import late_interaction_encoder, representative_encoder, token_vector_encoder
from harness.encoders.protocol import Encoder
from harness.encoders.store import EmbeddingStore
from harness.errors import UsageError
from harness.machine.memory import available_memory
from harness.settings.encoder import CacheSettings, EncoderSettings
from harness.text import nearest

_log = logging.getLogger(__name__)

DTYPES = ("float32", "bfloat16", "float16")
BACKENDS = ("torch", "onnx", "openvino")
_OF_BACKENDS = ", ".join(name for name, bundle in BUNDLES.items() if bundle.saved)
TORCH_BYTES = 1280 << 20
"""A default search with MiniLM ends in so much, and was ended by the system in 1152 MiB (docs/machines.md); larger
models take more."""


def load_encoder(settings: EncoderSettings) -> Encoder:
    """Load the encoder, or have the package that brings it make it, and take its fingerprint.

    Raises UsageError for a value that no encoder knows, EncoderError where the model cannot be loaded, JobError where
    a package cannot be imported.
    """
    make = plugins.choose(
        plugins.ENCODERS, settings.kind, KINDS, takes=("settings",), options=settings.options, what="encoder.kind"
    )
    _check(settings)
    _tell_memory(settings)
    began = time.monotonic()
    encoder: Encoder = make(settings)
    _log.info("encoder %s is loaded in %.2f s: %s", encoder.name, time.monotonic() - began, encoder.identity)
    return encoder


def _tell_memory(settings: EncoderSettings) -> None:
    """Warn, before anything is loaded, where a model of torch and a search around it hardly fit."""
    room = available_memory()
    if room is None or room >= TORCH_BYTES or not _loads_torch(settings):
        return
    _log.warning(
        "This process may use %d MB of memory, which a search with encoder %s fills, so the system may end it; give "
        "it more, or use encoder=wordllama.",
        room // 10**6,
        settings.model,
    )


def _bundled_encoder(settings: EncoderSettings) -> Encoder:
    _one_of("encoder.model", settings.model, tuple(BUNDLES))
    return bundled_encoder(settings)


def _served_encoder(settings: EncoderSettings) -> Encoder:
    from harness.encoders.served import ServedEncoder

    return ServedEncoder(settings)


KINDS: Mapping[str, Callable[[EncoderSettings], Encoder]] = {
    "bundled": _bundled_encoder,
    "sentence-transformers": transformer_encoder,
    "openai-embeddings": _served_encoder,
    "tokens-of": token_vector_encoder,
    "multi-vector": late_interaction_encoder,
    "representative-tokens": representative_encoder,
}


COMPILED = ("bundled", "sentence-transformers", "tokens-of")
"""Kinds that `transformer_encoder` makes."""
MANY_VECTOR_KINDS = ("tokens-of", "multi-vector", "representative-tokens")
"""Kinds whose encoders give a text many vectors."""


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
    if settings.kind in KINDS and not settings.model:
        raise UsageError("encoder.model is not set; name a model of the hub, a folder, or what a server calls it.")
    _one_of("encoder.dtype", settings.dtype, DTYPES)
    _one_of("encoder.backend", settings.backend, BACKENDS)
    if settings.backend != "torch" and (not _has_backends(settings) or settings.dtype != "float32"):
        raise UsageError(
            f"encoder.backend={settings.backend} is for encoder.dtype=float32 of "
            f"encoder.kind=sentence-transformers or encoder.model={_OF_BACKENDS}."
        )
    for name in ("compile", "pin_memory"):
        if getattr(settings, name) and settings.kind in KINDS and not _by_torch(settings):
            raise UsageError(
                f"encoder.{name}=true is for models that torch computes, of encoder.kind={', '.join(COMPILED)}, and "
                "this is none."
            )
    if settings.price is not None and settings.price < 0:
        raise UsageError(f"encoder.price must be at least 0, not {settings.price}.")
    for name in ("dim", "max_tokens", "threads", "batch_size"):
        value = getattr(settings, name)
        if value is not None and value < 1:
            raise UsageError(f"encoder.{name} must be at least 1, not {value}.")


def _has_backends(settings: EncoderSettings) -> bool:
    """Whether another backend than torch can compute the vectors."""
    bundled = settings.kind == "bundled" and BUNDLES[settings.model].saved is not None
    return bundled or settings.kind == "sentence-transformers"


def _by_torch(settings: EncoderSettings) -> bool:
    """Whether torch computes the vectors, in a model that this package holds in its hands."""
    if settings.backend != "torch":
        return False
    if settings.kind == "bundled":
        return settings.model not in BUNDLES or not is_static(settings)
    return settings.kind in COMPILED


def _loads_torch(settings: EncoderSettings) -> bool:
    static = settings.model in BUNDLES and is_static(settings)
    return settings.kind in {*COMPILED, *MANY_VECTOR_KINDS} and not static


def _one_of(name: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise UsageError(f"{name} is '{value}'{nearest(value, allowed)}")
