"""Whether a model that loaded is an encoder: what it answers to the five sentences of the fingerprint.

A folder without its tokenizer, or with the wrong one, loads without any error and is measured like any other.
"""

import logging
from typing import Any

import numpy as np

from harness.encoders.base import BaseEncoder
from harness.encoders.fingerprint import SENTENCES
from harness.encoders.token_cap import reading_modules
from harness.errors import EncoderError

_log = logging.getLogger(__name__)

_ALIKE, _NEARLY_ALIKE = 0.9999, 0.98
"""Cosines between sentences that have nothing in common; those of trained encoders are below 0.9."""
_UNKNOWN, _PARTLY_UNKNOWN = 0.5, 0.15
"""Shares of unknown tokens."""
_MOVED = 0.01
"""One less the cosine between the vectors of a text alone and among others; bfloat16 moves them by less."""


def check_answers(encoder: BaseEncoder, model: Any) -> None:
    """Raise EncoderError where `model` cannot tell five sentences apart or read them; warn where it barely can."""
    unknown = max(_unknown_share(module.tokenizer) for module in reading_modules(model))
    if unknown > _UNKNOWN:
        raise EncoderError(
            f"The encoder {encoder.name} does not know {unknown:.0%} of the words of five plain sentences; check that "
            "its tokenizer files are in its folder."
        )
    if unknown > _PARTLY_UNKNOWN:
        _log.warning(
            "The encoder %s does not know %.0f%% of the words of five plain sentences.", encoder.name, 100 * unknown
        )
    _check_vectors(encoder)


def _check_vectors(encoder: BaseEncoder) -> None:
    together = encoder.encode(SENTENCES)
    cosines = (together @ together.T)[np.triu_indices(len(SENTENCES), 1)]
    if cosines.min() > _ALIKE:
        raise EncoderError(
            f"The encoder {encoder.name} answers alike to five different sentences; check its weights and tokenizer."
        )
    if cosines.mean() > _NEARLY_ALIKE:
        _log.warning(
            "The encoder %s hardly tells five different sentences apart (mean cosine %.3f); check that it was trained "
            "to embed texts.", encoder.name, cosines.mean(),
        )  # fmt: skip
    alone = np.concatenate([encoder.encode([text]) for text in SENTENCES])
    moved = float(1 - (alone * together).sum(axis=1).min())
    if moved > _MOVED:
        _log.warning(
            "The encoder %s gives a text another vector among others than alone (cosine %.3f), so scores depend on the "
            "batch; set encoder.batch_size=1.", encoder.name, 1 - moved,
        )  # fmt: skip


def _unknown_share(words: Any) -> float:
    """Share of the five sentences' tokens that stand for an unknown word; 1 where nothing is read at all."""
    if hasattr(words, "encode_batch"):  # of the library tokenizers
        unknown = getattr(words.model, "unk_token", None)
        tokens = [
            token for one in words.encode_batch(list(SENTENCES), add_special_tokens=False) for token in one.tokens
        ]
        return _share([token == unknown for token in tokens])
    if hasattr(words, "unk_token_id"):  # of transformers
        ids = [i for text in SENTENCES for i in words(text, add_special_tokens=False)["input_ids"]]
        return _share([i == words.unk_token_id for i in ids])
    if not hasattr(words, "tokenize"):  # of a model's own code, which cannot be asked
        return 0.0
    return _share([not words.tokenize(word) for text in SENTENCES for word in text.split()])


def _share(unknown: list[bool]) -> float:
    return sum(unknown) / len(unknown) if unknown else 1.0
