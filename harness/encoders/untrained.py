"""Weights that a saved model lacks, and that the library fills with random numbers."""

import logging
import re
from ast import literal_eval
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from harness.errors import EncoderError

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_MISSING = re.compile(r"^\s*(\S[^|\n]*?)\s*\|\s*MISSING", re.M)
"""A row of transformers' loading report."""
_MISSING_IN_4 = re.compile(r"are newly initialized: (\[.*\])")
"""The sentence of transformers 4 in its place."""
_POOLER = re.compile(r"(^|\.)pooler\.")
"""A layer of transformers' own that sentence-transformers skips, unless it takes the whole vector from there."""


@contextmanager
def missing_weights() -> Iterator[list[str]]:
    """Collect the names of weights that models loaded inside the block lack, which transformers only logs."""
    found: list[str] = []
    log = logging.getLogger("transformers.modeling_utils")
    level, propagate, listener = log.level, log.propagate, _Listener(found)
    log.addHandler(listener)
    log.propagate = False
    log.setLevel(logging.WARNING)
    try:
        yield found
    finally:
        log.removeHandler(listener)
        log.setLevel(level)
        log.propagate = propagate


class _Listener(logging.Handler):
    def __init__(self, found: list[str]) -> None:
        super().__init__()
        self._found = found

    def emit(self, record: logging.LogRecord) -> None:
        told = _COLOUR.sub("", record.getMessage())
        self._found += _MISSING.findall(told)
        self._found += [name for names in _MISSING_IN_4.findall(told) for name in literal_eval(names)]


def refuse_untrained(name: str, model: Any, missing: list[str]) -> None:
    """Raise EncoderError where weights that decide a vector were filled with random numbers."""
    pooled = getattr(model[0], "module_output_name", None) == "sentence_embedding"
    random = [weight for weight in sorted(missing) if pooled or not _POOLER.search(weight)]
    if random:
        raise EncoderError(
            f"The model {name} lacks the weights {', '.join(random[:3])}{' and others' if random[3:] else ''}, which "
            "would be random numbers; give a model that was trained and saved whole."
        )
