"""A static encoder without torch: the mean of a text's token vectors, in numpy alone.

It answers bit for bit as sentence-transformers' StaticEmbedding does on a CPU, and bears the same fingerprint, so
caches and recorded runs of either hold for both.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from harness.encoders.base import BaseEncoder
from harness.encoders.protocol import FloatMatrix
from harness.encoders.token_cap import TokenLimit

if TYPE_CHECKING:
    from tokenizers import Tokenizer

_TOKENS_AT_ONCE = 65_536
"""Rows gathered at a time, so that one huge text does not fill the memory."""


@dataclass(frozen=True)
class StaticModel:
    """A tokenizer and the vector of each of its tokens, float32 (tokens, dim)."""

    tokenizer: "Tokenizer"
    weights: FloatMatrix


class StaticEncoder(BaseEncoder):
    """Encodes with a static model; several threads may use it. Arguments as of SentenceTransformerEncoder.

    Raises EncoderError for any adapter, since a static model has none, and for a width that it lacks.
    """

    in_circles = False

    def __init__(
        self,
        model: StaticModel,
        *,
        name: str,
        revision: str,
        prompts: Mapping[str, str],
        adapters: Sequence[str] = (),
        dim: int | None = None,
        max_tokens: int | None = None,
        batch_size: int = 32,
    ) -> None:
        self._tokenizer, self._weights = model.tokenizer, model.weights
        self._tokenizer.no_truncation()
        super().__init__(
            name=name,
            prompts=prompts,
            adapters=adapters,
            model_dim=model.weights.shape[1],
            dim=dim,
            limit=TokenLimit(own=None, frame=0, wanted=max_tokens),
            batch_size=batch_size,
        )
        self._check_adapters()
        self.identity = self._identify(revision, "float32")

    def _forward(
        self, texts: list[str], prompt: str, task: str, cap: int | None
    ) -> tuple[FloatMatrix, NDArray[np.int64]]:
        encodings = self._tokenizer.encode_batch([prompt + text for text in texts], add_special_tokens=False)
        ids = [np.array(encoding.ids[:cap], dtype=np.int64) for encoding in encodings]
        vectors = np.stack([_mean(self._weights, tokens) for tokens in ids])
        return vectors, np.array([len(tokens) for tokens in ids], dtype=np.int64)


def _mean(weights: FloatMatrix, ids: NDArray[np.int64]) -> FloatMatrix:
    """Mean of the rows `ids`, float32 (dim,); zeros where there are none.

    Added one row after another in float32 and then divided, as torch's EmbeddingBag does on a CPU.
    """
    total = np.zeros(weights.shape[1], dtype=np.float32)
    for start in range(0, len(ids), _TOKENS_AT_ONCE):
        rows = weights[ids[start : start + _TOKENS_AT_ONCE]]
        rows[0] += total
        total = np.add.reduce(rows, axis=0)
    return total / np.float32(max(1, len(ids)))
