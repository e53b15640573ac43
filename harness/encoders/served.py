"""An encoder behind an address that speaks OpenAI's `/v1/embeddings`: vLLM, TEI, Ollama, and those who host models.

Tokens are those that the server counts. It counts a request as a whole, so each text is charged by its bytes. A server
cannot be told where to cut, so a token cap cuts at three bytes a token.
"""

import logging
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any, NoReturn
from urllib.parse import urlsplit

import numpy as np
from numpy.typing import NDArray

from harness.encoders.base import BaseEncoder
from harness.encoders.billing import Account
from harness.encoders.fingerprint import SENTENCES
from harness.encoders.protocol import EncodedBatch, FloatMatrix
from harness.encoders.steady import steady
from harness.encoders.token_cap import TokenLimit
from harness.encoders.token_prices import price_of
from harness.errors import EncoderError, UsageError
from harness.settings.encoder import EncoderSettings, default_cache_folder
from harness.settings.home import expanded
from harness.text import counted, plain

if TYPE_CHECKING:
    from openai import OpenAI

_log = logging.getLogger(__name__)

_USUAL_KEY = "OPENAI_API_KEY"
_CONNECT_SECONDS, _SECONDS, _RETRIES = 5.0, 120.0, 6
_BYTES_KEPT = 3
"""Bytes kept for a token of a cap; English has four, code and Chinese three, so that hardly a text is too long."""
_BYTES_COUNTED = 4
"""Bytes taken for a token where a server counts none."""
_MARKS = 4
"""Tokens that a tokenizer may put around a text; within it there are never more than its bytes."""
_TOO_MUCH = (400, 413, 422)
"""Statuses with which servers refuse a request that is too large."""


class ServedEncoder(BaseEncoder):
    """Encodes by asking a server; several threads may use it.

    Raises UsageError where the key is missing, EncoderError where the server refuses or answers with anything but one
    finite vector a text, all of one width.
    """

    def __init__(self, settings: EncoderSettings) -> None:
        self._settings = settings
        self.account: Account | None = None
        self._client = _connect(settings)
        self._price = price_of(settings)
        self._lock = threading.Lock()
        self._most = settings.batch_size
        self._tokens_read = 0
        self._told = False
        self._serves = "served"
        self._width = self._ask([SENTENCES[0]])[0].shape[1]
        super().__init__(
            name=settings.model,
            prompts=settings.prompts,
            adapters=settings.adapters,
            model_dim=self._width,
            dim=settings.dim,
            limit=TokenLimit(None, 0, settings.max_tokens),
            batch_size=settings.batch_size,
        )
        self._check_adapters()
        from openai import __version__

        self.identity = self._identify(settings.revision or self._serves, "float32", library=f"openai {__version__}")

    @property
    def tokens_read(self) -> int:
        """Tokens that the server counted so far."""
        return self._tokens_read

    @property
    def dollars(self) -> float | None:
        """What they cost in US dollars; None where no price is known."""
        return None if self._price is None else self._price * self._tokens_read / 1e6

    def _batches(self, texts: Sequence[str], prompt: str, task: str, cap: int | None) -> Iterator[EncodedBatch]:
        yield from super()._batches(texts, prompt, task, cap)
        dollars = "" if self.dollars is None else f", which cost ${self.dollars:.4f}"
        _log.info("the server of encoder %s has read %d tokens so far%s", self.name, self._tokens_read, dollars)

    def _five_rows(self) -> FloatMatrix:
        return steady(super()._five_rows(), self.facts, expanded(default_cache_folder()) / "served")

    def _forward(
        self, texts: list[str], prompt: str, task: str, cap: int | None
    ) -> tuple[FloatMatrix, NDArray[np.int64]]:
        # Servers refuse an empty text.
        prompted = [_cut(prompt + text, cap) or " " for text in texts]
        answers, start = [], 0
        while start < len(prompted):
            some = prompted[start : start + self._most]
            try:
                answers.append(self._ask(some))
                start += len(some)
            except EncoderError as error:
                if len(some) == 1 or getattr(error.__cause__, "status_code", None) not in _TOO_MUCH:
                    raise
                self._most = len(some) // 2  # and from now on never more at once
        return np.concatenate([answer[0] for answer in answers]), np.concatenate([answer[1] for answer in answers])

    def _ask(self, texts: list[str]) -> tuple[FloatMatrix, NDArray[np.int64]]:
        """Vectors and tokens of one request; its usage is counted whatever becomes of the answer."""
        from openai import OpenAIError

        weights = np.array([len(text.encode("utf-8", "replace")) for text in texts], dtype=np.int64)
        with self._paid(int(weights.sum()) + _MARKS * len(texts)) as settle:
            try:
                answer = self._client.embeddings.create(
                    model=self._settings.model, input=texts, encoding_format="float"
                )
            except OpenAIError as error:
                raise EncoderError(_explain(self._settings, error)) from error
            except ValueError as error:  # an answer that is no JSON, or has no vectors
                self._wrong(plain(str(error)))
            tokens = self._count(getattr(answer.usage, "prompt_tokens", None), weights)
            settle(int(tokens.sum()) * (self._price or 0.0) / 1e6)
        self._serves = getattr(answer, "model", None) or self._serves
        return self._matrix(answer.data, len(texts)), tokens

    def _paid(self, most: int) -> AbstractContextManager[Callable[[float], None]]:
        """The account's leave to have so many tokens read, where there are a price and an account."""
        if self._price is None or self.account is None:
            return nullcontext(lambda dollars: None)
        return self.account.embedding(most * self._price / 1e6)

    def _count(self, told: Any, weights: NDArray[np.int64]) -> NDArray[np.int64]:
        if not isinstance(told, int) or told <= 0:
            if not self._told:
                _log.warning(
                    "The server of encoder %s counts no tokens, so one is taken for each %d bytes.",
                    self._settings.model, _BYTES_COUNTED,
                )  # fmt: skip
            self._told = True
            told = int(np.ceil(weights.sum() / _BYTES_COUNTED))
        with self._lock:
            self._tokens_read += told
        return _shared(told, weights)

    def _matrix(self, data: Any, rows: int) -> FloatMatrix:
        try:
            ordered = sorted(data or (), key=lambda one: one.index)
            vectors = np.array([one.embedding for one in ordered], dtype=np.float32)
            places = [one.index for one in ordered]
        except (TypeError, ValueError, AttributeError) as error:
            self._wrong(plain(str(error)))
        if places != list(range(rows)) or vectors.ndim != 2 or vectors.shape[1] == 0:
            self._wrong(f"{counted(len(places), 'vector')} for {counted(rows, 'text')}")
        if not np.isfinite(vectors).all():
            self._wrong("numbers that are not finite")
        if vectors.shape[1] != getattr(self, "_width", vectors.shape[1]):
            self._wrong(f"vectors {vectors.shape[1]} wide, and earlier {self._width}")
        return vectors

    def _wrong(self, what: str) -> NoReturn:
        raise EncoderError(
            f"The server of encoder {self._settings.model} answers with {what}; check that it serves embeddings."
        ) from None


def _shared(total: int, weights: NDArray[np.int64]) -> NDArray[np.int64]:
    """`total` in whole shares by weight, int64; they add up to it."""
    ends: NDArray[np.int64] = np.cumsum(weights) * total // weights.sum()
    return np.diff(ends, prepend=0)


def _cut(text: str, cap: int | None) -> str:
    return text if cap is None else text.encode("utf-8")[: cap * _BYTES_KEPT].decode("utf-8", "ignore")


def _connect(settings: EncoderSettings) -> "OpenAI":
    if settings.base_url and (urlsplit(settings.base_url).username or urlsplit(settings.base_url).password):
        raise UsageError(
            "encoder.base_url holds a password and settings are recorded; name a variable in encoder.api_key_env."
        )
    variable = settings.api_key_env or ("" if settings.base_url else _USUAL_KEY)
    key = os.environ.get(variable, "") if variable else ""
    if variable and not key:
        raise UsageError(
            f"The encoder {settings.model} needs a key: set the variable {variable}, or name another in "
            "encoder.api_key_env."
        )
    import httpx2
    from openai import OpenAI

    return OpenAI(
        api_key=key or "none",
        base_url=settings.base_url,
        timeout=httpx2.Timeout(_SECONDS, connect=_CONNECT_SECONDS),
        max_retries=_RETRIES,
    )


def _explain(settings: EncoderSettings, error: Exception) -> str:
    """One sentence for an error of the library."""
    who, said = f"The server of encoder {settings.model}", plain(" ".join(str(error).split()))
    status = getattr(error, "status_code", None)
    if status in (401, 403):
        return (
            f"{who} did not accept the key ({status}); check the variable {settings.api_key_env or _USUAL_KEY}: {said}"
        )
    if status == 404:
        return f"{who} was not found (404); check encoder.model and encoder.base_url: {said}"
    if status in _TOO_MUCH:
        return f"{who} cannot take a text ({status}); set encoder.max_tokens if it is too long: {said}"
    cause = f" ({plain(str(error.__cause__))})" if error.__cause__ else ""
    return f"{who} gave no answer after {_RETRIES} retries; start it, or check encoder.base_url: {said}{cause}"
