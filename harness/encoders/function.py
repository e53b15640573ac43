"""A function as the encoder: texts in, one vector a text out."""

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray

from harness.encoders.base import BaseEncoder
from harness.encoders.fingerprint import SENTENCES
from harness.encoders.protocol import EncodeRefused, FloatMatrix
from harness.encoders.token_cap import TokenLimit
from harness.errors import EncoderError
from harness.text import counted

EncodeTexts = Callable[[list[str]], ArrayLike]
"""n texts to n rows of one width, of any length and float type."""


class FunctionEncoder(BaseEncoder):
    """An encoder over a function of a caller's own; the function must give the same vector for the same text.

    `prompts` maps a role to the text put before each input of that role. `count_tokens` says how many tokens the model
    reads of a text; without it words are counted. Raises EncoderError for answers that are no matrix.
    """

    def __init__(
        self,
        encode: EncodeTexts,
        *,
        name: str,
        revision: str = "given",
        prompts: Mapping[str, str] | None = None,
        count_tokens: Callable[[str], int] | None = None,
        batch_size: int = 32,
    ) -> None:
        self._encode = encode
        self._count = count_tokens or _count_words
        width = _matrix(encode([SENTENCES[0]]), 1, name).shape[1]
        super().__init__(
            name=name,
            prompts=prompts or {},
            adapters=(),
            model_dim=width,
            dim=None,
            limit=_NoCap(None, 0, None),
            batch_size=batch_size,
        )
        self.identity = self._identify(revision, "float32")

    def _forward(
        self, texts: list[str], prompt: str, task: str, cap: int | None
    ) -> tuple[FloatMatrix, NDArray[np.int64]]:
        prompted = [prompt + text for text in texts]
        tokens = np.array([self._count(text) for text in prompted], dtype=np.int64)
        return _matrix(self._encode(prompted), len(texts), self.name), tokens


class _NoCap(TokenLimit):
    """Of a model that cannot be told to cut."""

    def effective(self, max_tokens: int | None) -> int | None:
        if max_tokens is not None:
            raise EncodeRefused("This encoder is a function and cannot cut texts at max_tokens.")
        return None


def _matrix(answer: ArrayLike, rows: int, name: str) -> FloatMatrix:
    vectors = np.asarray(answer, dtype=np.float32)
    if vectors.ndim != 2 or vectors.shape[0] != rows or vectors.shape[1] == 0:
        raise EncoderError(
            f"Encoder {name} answered {counted(rows, 'text')} with an array of shape {vectors.shape}; return one row a "
            "text."
        )
    return vectors


def _count_words(text: str) -> int:
    return max(1, len(text.split()))
