"""What every encoder keeps."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from harness.encoders.fingerprint import SENTENCES
from harness.encoders.matryoshka import cut
from harness.encoders.protocol import DOCUMENT, QUERY, EmbedOptions, Encoder, EncodeRefused, FloatMatrix
from harness.encoders.stored import rounded
from harness.testing.broken import require, require_raises
from primitives import MultiVectors, multi_vectors

TEXTS = (*SENTENCES, "", "Ω ≠ 語 🙂", "word " * 2000, SENTENCES[0])
"""Ordinary sentences, an empty text, rare characters, a long text, and the first again."""

ROUNDING = 1e-4
"""Least difference of two components that is more than the rounding of another batch."""


def check_encoder(encoder: Encoder) -> None:
    """Try the contract of `Encoder` on one. Raises ContractBroken for the first thing that it does not keep."""
    _check_identity(encoder)
    _check_vectors(encoder)
    _check_batches(encoder)
    _check_widths(encoder)
    _check_refusals(encoder)
    _check_variants(encoder)
    if hasattr(encoder, "similarity"):
        _check_many(encoder)


def _check_many(encoder: Any) -> None:
    """The rest of ManyVectorEncoder."""
    for role in ("query", "document"):
        require(encoder.most_vectors[role] >= 1, f"most_vectors says how many vectors a {role} has at most.")
        for most in (1, 3):
            options = EmbedOptions(role=role, vectors=most)
            whole = _many(encoder, TEXTS, options)
            require(bool((whole.sizes <= most).all()), f"vectors={most} gives a text at most {most}.")
            _require_unit_rows(whole.vectors, len(whole.vectors), encoder.dim)
            kept = rounded(whole.vectors, getattr(encoder, "stored", "float32"))
            require(np.array_equal(kept, whole.vectors), "Many vectors are rounded to the numbers that `stored` names.")
            alone = np.concatenate([_many(encoder, [text], options).vectors for text in TEXTS])
            require(_close(whole.vectors, alone), "A text gets the same vectors alone and in company, up to rounding.")
            scores = encoder.similarity(whole.take(np.arange(2)), whole)
            shaped = scores.shape == (2, len(TEXTS)) and scores.dtype == np.float32
            require(shaped and bool(np.isfinite(scores).all()), "similarity gives finite float32 scores (Q, N).")
    variants = {encoder.variant(EmbedOptions(vectors=most)) for most in (None, 1, 3)}
    require(len(variants) == 3, "Texts with one vector, and with other numbers of them, are other variants.")


def _many(encoder: Any, texts: Sequence[str], options: EmbedOptions) -> MultiVectors:
    parts: list[FloatMatrix | None] = [None] * len(texts)
    for batch in encoder.encode_batches(texts, options):
        n = len(batch.positions)
        require(
            batch.many is not None and len(batch.many) == n and batch.many.sizes.min() >= 1,
            "A batch that is asked for many vectors has at least one for each of its texts.",
        )
        _require_unit_rows(batch.vectors, n, encoder.dim)
        for place, position in enumerate(batch.positions.tolist()):
            parts[position] = batch.many.of(place)
    require(all(part is not None for part in parts), "The batches of a request hold each position.")
    return multi_vectors([part for part in parts if part is not None], encoder.dim)


def _check_identity(encoder: Encoder) -> None:
    identity = encoder.identity
    require(encoder.name, "An encoder has a name that is not empty.")
    require(identity.name == encoder.name, "identity.name is the encoder's name.")
    require(identity.dim == encoder.dim >= 1, "identity.dim is the encoder's dim, and at least 1.")
    require(
        encoder.fingerprint and identity.fingerprint == encoder.fingerprint,
        "identity.fingerprint is the encoder's fingerprint, and not empty.",
    )


def _check_vectors(encoder: Encoder) -> None:
    for options in (DOCUMENT, QUERY):
        vectors = encoder.encode(TEXTS, options)
        _require_unit_rows(vectors, len(TEXTS), encoder.dim)
        require(np.array_equal(vectors, encoder.encode(TEXTS, options)), "Equal requests get equal vectors.")
        require(_close(vectors[0], vectors[-1]), "Equal texts of one request get equal vectors.")
        alone = np.concatenate([encoder.encode([text], options) for text in TEXTS])
        require(_close(vectors, alone), "A text gets the same vector alone and in company, up to rounding.")
        turned = encoder.encode(TEXTS[::-1], options)[::-1]
        require(_close(vectors, turned), "Rows stand in the order of the texts, whatever that order is.")
        require(encoder.encode([], options).shape == (0, encoder.dim), "No texts get a matrix of shape (0, dim).")
    apart = encoder.encode(SENTENCES)
    require(not _close(apart[0], apart[1]), "Different sentences get different vectors.")


def _check_batches(encoder: Encoder) -> None:
    vectors = np.full((len(TEXTS), encoder.dim), np.nan, dtype=np.float32)
    seen: list[int] = []
    for batch in encoder.encode_batches(TEXTS):
        n = len(batch.positions)
        _require_unit_rows(batch.vectors, n, encoder.dim)
        require(batch.tokens.shape == (n,) and (batch.tokens >= 0).all(), "A batch counts the tokens of each text.")
        require(batch.seconds >= 0, "A batch says how many seconds it took.")
        vectors[batch.positions] = batch.vectors
        seen += batch.positions.tolist()
    require(sorted(seen) == list(range(len(TEXTS))), "The batches of a request hold each position exactly once.")
    require(_close(vectors, encoder.encode(TEXTS)), "encode and encode_batches give the same vectors.")


def _check_widths(encoder: Encoder) -> None:
    full = encoder.encode(SENTENCES)
    for dim in {1, max(1, encoder.dim // 2), encoder.dim}:
        narrow = encoder.encode(SENTENCES, EmbedOptions(dim=dim))
        require(_close(narrow, cut(full, dim)), f"dim={dim} gives the leading components, normalised again.")


def _check_refusals(encoder: Encoder) -> None:
    for options, what in (
        (EmbedOptions(role="no such role"), "an unknown role"),
        (EmbedOptions(adapter="no such adapter"), "an unknown adapter"),
        (EmbedOptions(max_tokens=0), "max_tokens=0"),
    ):
        refused = f"variant, encode and encode_batches refuse {what} with EncodeRefused."
        require_raises(EncodeRefused, lambda options=options: encoder.variant(options), refused)  # type: ignore[misc]
        require_raises(EncodeRefused, lambda options=options: encoder.encode(["a"], options), refused)  # type: ignore[misc]
        require_raises(
            EncodeRefused,
            lambda options=options: list(encoder.encode_batches(["a"], options)),  # type: ignore[misc]
            refused,
        )
    for dim in (0, encoder.dim + 1):
        require_raises(
            EncodeRefused,
            lambda dim=dim: encoder.encode(["a"], EmbedOptions(dim=dim)),  # type: ignore[misc]
            f"encode refuses dim={dim} with EncodeRefused.",
        )


def _check_variants(encoder: Encoder) -> None:
    document, query = encoder.variant(DOCUMENT), encoder.variant(QUERY)
    require(document == encoder.variant(EmbedOptions()), "Equal options are one variant.")
    require(document == encoder.variant(EmbedOptions(dim=1)), "dim is no part of the variant.")
    same = _close(encoder.encode(SENTENCES, DOCUMENT), encoder.encode(SENTENCES, QUERY))
    require(same or document != query, "Roles that are encoded differently are different variants.")
    try:
        capped = encoder.variant(EmbedOptions(max_tokens=3))
    except EncodeRefused:
        return  # it may refuse to cut, or need more than three tokens
    long = [SENTENCES[0] + " " + SENTENCES[1]]
    same = _close(encoder.encode(long), encoder.encode(long, EmbedOptions(max_tokens=3)))
    require(same or capped != document, "A cap that changes a vector is another variant.")


def _require_unit_rows(vectors: FloatMatrix, rows: int, dim: int) -> None:
    require(
        isinstance(vectors, np.ndarray) and vectors.dtype == np.float32 and vectors.shape == (rows, dim),
        f"{rows} texts get a float32 matrix of shape ({rows}, {dim}).",
    )
    lengths = np.linalg.norm(vectors, axis=1)
    require(np.allclose(lengths, 1, atol=1e-3), "Every row has length 1, that of an empty text too.")


def _close(a: FloatMatrix, b: FloatMatrix) -> bool:
    return bool(np.allclose(a, b, atol=ROUNDING))
