"""Cutting texts at a number of tokens, and counting the tokens that a model reads."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from harness.encoders.protocol import EncodeRefused
from harness.errors import EncoderError

_NO_LIMIT = 10**7
"""Tokenizers that know of no limit name a huge one."""


class TokenLimit:
    """The token limit of a model, and what a request's own cap comes to under it.

    `own` is the model's limit, None where it has none, `frame` the special tokens around a text, `wanted` a lower limit
    for good. `limit` is the one that always holds. Raises EncoderError where `wanted` leaves no room for a text.
    """

    def __init__(self, own: int | None, frame: int, wanted: int | None) -> None:
        self._own, self._frame = own, frame
        self.limit: int | None = own
        try:
            self.limit = self.effective(wanted)
        except EncodeRefused:
            raise EncoderError(
                f"encoder.max_tokens={wanted} leaves no room for a text; set it above {frame}."
            ) from None

    def effective(self, max_tokens: int | None) -> int | None:
        """The lower of the model's limit and `max_tokens`; EncodeRefused where it leaves no room for a text."""
        if max_tokens is None:
            return self.limit
        if not isinstance(max_tokens, int) or isinstance(max_tokens, bool) or max_tokens <= self._frame:
            raise EncodeRefused(f"max_tokens must be an integer above {self._frame}, not {max_tokens!r}.")
        return max_tokens if self.limit is None else min(max_tokens, self.limit)


class TokenCap(TokenLimit):
    """The token limit of one sentence-transformers model, and the way to lower it for a while.

    A model with a route for each role reads with several modules: the cap holds on all, and so does each one's own.
    """

    def __init__(self, model: Any, wanted: int | None) -> None:
        self._readers = [_Reader(module) for module in reading_modules(model)]
        limits = [reader.own for reader in self._readers]
        own = None if None in limits else max(limit for limit in limits if limit is not None)
        super().__init__(own, frame=max(reader.frame for reader in self._readers), wanted=wanted)

    @contextmanager
    def set_to(self, cap: int | None) -> Iterator[None]:
        """Let the model cut at `cap` tokens inside the block; the caller keeps other threads away."""
        if cap == self._own:
            yield
            return
        for reader in self._readers:
            reader.cut_at(cap)
        try:
            yield
        finally:
            for reader in self._readers:
                reader.cut_at(None)


class _Reader:
    """A module that turns texts into tokens: its own limit, None where it has none, and its special tokens."""

    def __init__(self, module: Any) -> None:
        self._module, self._words = module, module.tokenizer
        self._static = hasattr(self._words, "enable_truncation")
        if self._static:
            self._words.no_truncation()
        self._first = None if self._static else getattr(module, "max_seq_length", None)
        places = None if self._static else _places(module)
        if places is not None:  # a model asked to read beyond them fails in the middle of a corpus
            self._first = module.max_seq_length = min(places, self._first or places)
        limited = self._first is not None and self._first < _NO_LIMIT
        self.own = int(self._first) if limited and self._first is not None else None
        count = None if self._static else getattr(self._words, "num_special_tokens_to_add", None)
        self.frame = int(count()) if count else 0

    def cut_at(self, cap: int | None) -> None:
        """Cut at `cap` tokens or its own limit, whichever comes first."""
        if not self._static:
            below = cap is not None and (self.own is None or cap < self.own)
            self._module.max_seq_length = cap if below else self._first
        elif cap is None:
            self._words.no_truncation()
        else:
            self._words.enable_truncation(cap)


def _places(module: Any) -> int | None:
    """Tokens for which a model learned a place; None for one that counts places in another way.

    RoBERTa and its kin number theirs from behind the padding token, so that two of 514 hold no token.
    """
    for name, part in module.named_modules() if hasattr(module, "named_modules") else ():
        if name.rpartition(".")[2] in ("position_embeddings", "wpe") and hasattr(part, "num_embeddings"):
            padding = part.padding_idx
            return int(part.num_embeddings) - (0 if padding is None else padding + 1)
    return None


def reading_modules(model: Any) -> list[Any]:
    """The modules of a sentence-transformers model that turn texts into tokens: one, or one a route."""
    routes = getattr(model[0], "sub_modules", None)
    return [model[0]] if routes is None else [modules[0] for modules in routes.values()]


def token_counts(features: dict[str, Any]) -> NDArray[np.int64]:
    """Tokens of each text in a model's input, int64 (b,): from the attention mask, or a static model's offsets."""
    if "attention_mask" in features:
        return np.asarray(features["attention_mask"].sum(dim=1).cpu(), dtype=np.int64)
    ends = np.append(np.asarray(features["offsets"].cpu()), len(features["input_ids"]))
    return np.diff(ends).astype(np.int64)
