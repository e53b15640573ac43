"""Checks and order of the texts of a request, before any model sees them."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from harness.encoders.protocol import EncodeRefused
from harness.text import counted

LONGEST_TEXT = 4_000_000
"""Characters of one text; a tokenizer needs seconds and gigabytes for more."""

_CHARACTERS_PER_BATCH = 500_000
"""Roughly 125,000 tokens; keeps a batch of very long texts from filling the memory."""


def check_texts(texts: Sequence[str]) -> None:
    """Raise EncodeRefused unless `texts` is a sequence of strings of bearable length."""
    if isinstance(texts, str):
        raise EncodeRefused("The texts must be a list of strings, not one string.")
    for text in texts:
        if not isinstance(text, str):
            raise EncodeRefused(f"The texts must be strings, but one is of type {type(text).__name__}.")
        if len(text) > LONGEST_TEXT:
            raise EncodeRefused(f"A text has {counted(len(text), 'character')}, more than {LONGEST_TEXT:,}; split it.")


def clean(text: str) -> str:
    """Put U+FFFD for every lone surrogate, which no tokenizer reads."""
    if text.isascii():
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def length_sorted(texts: Sequence[str], batch_size: int, max_tokens: int | None) -> Iterator[NDArray[np.int64]]:
    """Yield positions, int64, in batches of about equal text length, longest first.

    A batch holds at most `batch_size` texts, and fewer where they are very long; eight characters a token bound what a
    cap leaves of a text.
    """
    longest = np.inf if max_tokens is None else 8 * max_tokens
    lengths = np.array([len(text) for text in texts], dtype=np.int64)
    order = np.argsort(-lengths, kind="stable")
    start = 0
    while start < len(order):
        widest = max(1, min(lengths[order[start]], longest))
        stop = start + max(1, min(batch_size, int(_CHARACTERS_PER_BATCH // widest)))
        yield order[start:stop]
        start = stop
