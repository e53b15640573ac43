from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float32]


def rerank(
    q_emb: Matrix,
    d_emb: Matrix,
    sim: Matrix,
    *,
    embed_fn: Callable[..., Matrix],
    q_texts: Sequence[str],
    d_texts: Sequence[str],
) -> Any:
    scores: Matrix = sim * 2
    return scores
