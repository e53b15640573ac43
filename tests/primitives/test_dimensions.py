"""Selection of dimensions against a loop."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from primitives import select_dimensions


@given(st.integers(0, 999), st.integers(1, 9))
def test_keeps_the_half_with_the_largest_products(seed: int, dim: int) -> None:
    random = np.random.default_rng(seed)
    q_emb, feedback = (random.normal(size=(3, dim)).astype(np.float32) for _ in range(2))
    kept = select_dimensions(q_emb, feedback)
    assert kept.dtype == np.float32
    for row in range(3):
        order = sorted(range(dim), key=lambda place: -q_emb[row, place] * feedback[row, place])
        expected = np.zeros(dim, dtype=np.float32)
        best = order[: (dim + 1) // 2]
        expected[best] = q_emb[row, best]
        assert np.array_equal(kept[row], expected)
