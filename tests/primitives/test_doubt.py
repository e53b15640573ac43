"""How sure a ranking is: on scores whose answers are known, and the same for a query alone as in a batch."""

import numpy as np
import pytest

from primitives import score_entropy, score_gap, shared_first

RNG = np.random.default_rng(3)
SCORES = RNG.standard_normal((6, 40), dtype=np.float32)


def test_equal_scores_are_as_even_as_can_be_and_one_that_stands_out_is_less() -> None:
    level, peak = np.full(20, 0.3, np.float32), np.eye(1, 20, 4, dtype=np.float32)[0]
    even, sure = score_entropy(np.stack([level, peak]))
    assert even == pytest.approx(1) and 0 <= sure < 0.5
    assert score_entropy(np.ones((2, 1), np.float32)).tolist() == [0, 0]


def test_the_gap_is_in_standard_deviations() -> None:
    scores = np.array([[1, 5, 4, 2], [3, 3, 0, 1]], np.float32)
    assert score_gap(scores) == pytest.approx([1 / np.std([1, 5, 4, 2]), 0])
    assert score_gap(10 * scores + 2) == pytest.approx(score_gap(scores))
    assert score_gap(scores[:, :1]).tolist() == [0, 0]


def test_shared_documents_are_counted_among_the_first() -> None:
    first = np.arange(12, dtype=np.float32)[None]
    assert shared_first(first, first).tolist() == [10]
    assert shared_first(first, -first).tolist() == [8], "places 2 to 9 are among the first ten of both"
    assert shared_first(first, -first, 6).tolist() == [0]


def test_a_query_alone_has_the_bits_that_it_has_in_a_batch() -> None:
    other = RNG.standard_normal(SCORES.shape, dtype=np.float32)
    for signal in (score_entropy, score_gap, lambda rows: shared_first(rows, other[: len(rows)])):
        np.testing.assert_array_equal(signal(SCORES)[:1], signal(SCORES[:1]))
