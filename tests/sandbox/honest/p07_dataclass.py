from dataclasses import dataclass, field

import numpy as np


@dataclass(frozen=True)
class Channel:
    name: str
    weight: float = 0.5
    tags: list[str] = field(default_factory=list)

    def __call__(self, scores):
        return self.weight * scores


def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):
    channels = [Channel("cosine"), Channel("negative distance", tags=["l2"])]
    distance = -np.linalg.norm(q_emb[:, None] - d_emb[None], axis=2)
    return sum(channel(scores) for channel, scores in zip(channels, (sim, distance), strict=True))
