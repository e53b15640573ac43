"""Parents by quality scaled with the median absolute deviation, less likely the more children they have.

Source: ShinkaEvolve (Lange et al., arXiv:2509.19349, 2025).
"""

import random
from collections.abc import Sequence

import numpy as np

from harness.policies.candidate import Candidate, draw

STEEPNESS = 10.0
SMALLEST_DEVIATION = 1e-6


def select(candidates: Sequence[Candidate], rng: random.Random, count: int) -> list[str]:
    """Draw with the weights of `weights`."""
    return draw(candidates, weights(candidates), rng, count)


def weights(candidates: Sequence[Candidate]) -> list[float]:
    """sigmoid(10 (delta - median) / max(MAD, 1e-6)) / (1 + children), one for each candidate, not normalised."""
    if not candidates:
        return []
    deltas = np.array([candidate.worth for candidate in candidates])
    children = np.array([candidate.n_children for candidate in candidates])
    above = deltas - np.median(deltas)
    scaled = STEEPNESS * above / max(float(np.median(np.abs(above))), SMALLEST_DEVIATION)
    # The sigmoid by way of tanh, which neither overflows nor needs two cases.
    chances: list[float] = ((1 + np.tanh(scaled / 2)) / 2 / (1 + children)).tolist()
    return chances
