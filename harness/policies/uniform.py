"""Parents drawn uniformly: the control that the other policies are measured against."""

import random
from collections.abc import Sequence

from harness.policies.candidate import Candidate, draw


def select(candidates: Sequence[Candidate], rng: random.Random, count: int) -> list[str]:
    """Every candidate is as likely as every other."""
    return draw(candidates, [1.0] * len(candidates), rng, count)
