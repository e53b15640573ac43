"""Encoders of many vectors a text that this package brings, made from their settings."""

import os
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from harness.encoders.base import BaseEncoder
from harness.encoders.bundled import BUNDLES
from harness.encoders.kinds import transformer_encoder
from harness.encoders.stored import check_stored
from harness.errors import UsageError
from harness.settings.encoder import EncoderSettings


def token_vector_encoder(
    settings: EncoderSettings,
    *,
    vectors: int | None = None,
    query_vectors: int | None = None,
    mean: bool = True,
    stored: str = "float32",
) -> BaseEncoder:
    """Many vectors a text from any model that gives one: its tokens'. Raises as `transformer_encoder` does."""
    check_stored(stored)
    from harness.encoders.token_vectors import TokenVectorEncoder

    kind = "bundled" if settings.model in BUNDLES else "sentence-transformers"
    make = partial(TokenVectorEncoder, queries=query_vectors, documents=vectors, mean=mean, stored=stored)
    return transformer_encoder(replace(settings, kind=kind), make)


def late_interaction_encoder(
    settings: EncoderSettings,
    *,
    vectors: int | None = None,
    query_vectors: int | None = None,
    mean: bool | None = None,
    stored: str = "float32",
) -> BaseEncoder:
    """A model that was trained for late interaction.

    Raises EncoderError, or UsageError for a folder that is missing or a limit that it cannot keep.
    """
    check_stored(stored)
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    from harness.encoders.late_interaction import LateInteractionEncoder, open_late
    from harness.encoders.quiet import quiet_libraries

    if settings.max_tokens is not None:
        raise UsageError("encoder.kind=multi-vector cuts texts where its model does; leave encoder.max_tokens unset.")
    with quiet_libraries():
        opened = open_late(settings)
    return LateInteractionEncoder(opened, settings, mean=mean, queries=query_vectors, documents=vectors, stored=stored)


def representative_encoder(
    settings: EncoderSettings,
    *,
    vectors: int = 4,
    query_vectors: int = 4,
    mean: bool = True,
    stored: str = "float32",
    sparse: bool = False,
    before: Mapping[str, str] | None = None,
    after: str | None = None,
    answer: str | None = None,
    mask_token: str | None = None,
    sequential: bool = False,
) -> BaseEncoder:
    """The words that a language model would put for a text: of a masked one all at once, or of a causal one that says
    them one after another, `sequential`. With `sparse` the weights of a text's own words are compared, too.

    Raises as `late_interaction_encoder` does.
    """
    check_stored(stored)
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    from harness.encoders.open_language_model import open_language_model
    from harness.encoders.quiet import quiet_libraries
    from harness.encoders.representative import MOST_MASKS, RepresentativeEncoder
    from harness.encoders.retrieval_prompt import BEFORE, Wording
    from harness.encoders.sequential import SequentialEncoder

    for name, value in (("vectors", vectors), ("query_vectors", query_vectors)):
        if not isinstance(value, int) or not 1 <= value <= MOST_MASKS:
            raise UsageError(f"encoder.options.{name} must be a whole number from 1 to {MOST_MASKS}, not {value!r}.")
    if not isinstance(sparse, bool):
        raise UsageError(f"encoder.options.sparse must be true or false, not {sparse!r}.")
    with quiet_libraries():
        opened = open_language_model(settings, mask_token, causal=sequential)
    own: dict[str, Any] = {"wording": Wording({**BEFORE, **(before or {})}, after, answer), "sparse": sparse}
    kind = SequentialEncoder if sequential else RepresentativeEncoder
    return kind(opened, settings, mean=mean, queries=query_vectors, documents=vectors, stored=stored, **own)
