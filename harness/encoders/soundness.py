"""Whether a model that loaded is an encoder: what it answers to the five sentences of the fingerprint.

A folder without its tokenizer, or with the wrong one, loads without any error and is measured like any other.
"""

import logging
from typing import Any

import numpy as np

from harness.encoders.base import BaseEncoder
from harness.encoders.fingerprint import SENTENCES
from harness.encoders.protocol import QUERY, FloatMatrix
from harness.encoders.token_cap import reading_modules
from harness.errors import EncoderError
from harness.text import plain

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
    _check_words(encoder, model)
    _check_vectors(encoder)


def _check_words(encoder: BaseEncoder, model: Any) -> None:
    """Warn of words that were added to a tokenizer alone: the first that comes in a text ends a run."""
    for module in reading_modules(model):
        has = _rows(module)
        over = () if has is None else sorted(word for word, n in module.tokenizer.get_vocab().items() if n >= has)
        if over:
            _log.warning(
                "The tokenizer of the encoder %s knows %d words for which the model has no vector, such as %s, and a "
                "text with one cannot be read; check that tokenizer and model belong together.",
                encoder.name, len(over), plain(repr(over[0])),
            )  # fmt: skip


def _rows(module: Any) -> int | None:
    """How many words a model of transformers has vectors for; None for one that does not say."""
    try:
        return int(module.auto_model.get_input_embeddings().num_embeddings)
    except (AttributeError, NotImplementedError):
        return None


def _check_vectors(encoder: BaseEncoder) -> None:
    together, asked = encoder.encode(SENTENCES), encoder.encode(SENTENCES, QUERY)
    cosines = _between(together)
    if cosines.min() > _ALIKE:
        raise EncoderError(
            f"The encoder {encoder.name} answers alike to five different sentences; check its weights and tokenizer."
        )
    if _between(asked).min() > _ALIKE:  # a long prompt may leave no token for the query
        raise EncoderError(
            f"The encoder {encoder.name} answers alike to five different queries; check the prompt of queries, "
            "encoder.prompts, and encoder.max_tokens."
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


def _between(vectors: FloatMatrix) -> FloatMatrix:
    """Cosines of each two rows, float32 (pairs,)."""
    pairs: FloatMatrix = (vectors @ vectors.T)[np.triu_indices(len(vectors), 1)]
    return pairs


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
