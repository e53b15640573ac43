"""Parents by a power law over rank: the best is likeliest, the worst keeps a chance.

Source: ShinkaEvolve (Lange et al., arXiv:2509.19349, 2025).
"""

import random
from collections.abc import Sequence

from harness.policies.candidate import Candidate, draw

EXPONENT = 1.0


def select(candidates: Sequence[Candidate], rng: random.Random, count: int) -> list[str]:
    """Weight rank**-1, rank 1 being the highest mean delta; among equals the cheaper ranks first."""
    ranked = sorted(candidates, key=lambda c: (-c.worth, c.cost_ratio, c.id))
    return draw(ranked, [rank**-EXPONENT for rank in range(1, len(ranked) + 1)], rng, count)
