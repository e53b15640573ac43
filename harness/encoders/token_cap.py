"""Cutting texts at a number of tokens, and counting the tokens that a model reads."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from harness.encoders.protocol import EncodeRefused
from harness.errors import EncoderError


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
    """The token limit of one sentence-transformers model, and the way to lower it for a while."""

    def __init__(self, model: Any, wanted: int | None) -> None:
        self._model = model
        self._static = hasattr(model.tokenizer, "enable_truncation")
        if self._static:
            model.tokenizer.no_truncation()
        own = model.max_seq_length
        super().__init__(
            own=int(own) if own is not None and np.isfinite(own) else None,
            frame=0 if self._static else int(model.tokenizer.num_special_tokens_to_add()),
            wanted=wanted,
        )

    @contextmanager
    def set_to(self, cap: int | None) -> Iterator[None]:
        """Let the model cut at `cap` tokens inside the block; the caller keeps other threads away."""
        if cap == self._own:
            yield
            return
        self._apply(cap)
        try:
            yield
        finally:
            self._apply(self._own)

    def _apply(self, cap: int | None) -> None:
        if not self._static:
            self._model.max_seq_length = cap
        elif cap is None:
            self._model.tokenizer.no_truncation()
        else:
            self._model.tokenizer.enable_truncation(cap)


def token_counts(features: dict[str, Any]) -> NDArray[np.int64]:
    """Tokens of each text in a model's input, int64 (b,): from the attention mask, or a static model's offsets."""
    if "attention_mask" in features:
        return np.asarray(features["attention_mask"].sum(dim=1).cpu(), dtype=np.int64)
    ends = np.append(np.asarray(features["offsets"].cpu()), len(features["input_ids"]))
    return np.diff(ends).astype(np.int64)
