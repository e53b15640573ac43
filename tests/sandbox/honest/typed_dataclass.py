"""Min-max fusion of named channels, in typed code."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Channel:
    name: str
    scores: NDArray[np.float32]

    def normalised(self) -> NDArray[np.float32]:
        low, high = self.scores.min(axis=1, keepdims=True), self.scores.max(axis=1, keepdims=True)
        return (self.scores - low) / np.maximum(high - low, 1e-9)


def rerank(
    q_emb: NDArray[np.float32],
    d_emb: NDArray[np.float32],
    sim: NDArray[np.float32],
    *,
    embed_fn,
    q_texts: list[str],
    d_texts: list[str],
) -> NDArray[np.float32]:
    lengths = np.array([[np.log1p(len(text)) for text in d_texts]], dtype=np.float32)
    channels = [Channel("cosine", sim), Channel("brevity", -np.repeat(lengths, len(q_texts), axis=0))]
    total = np.zeros_like(sim)
    for channel in channels:
        total += channel.normalised() / len(channel.name)
    return total
