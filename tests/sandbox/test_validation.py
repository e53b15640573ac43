"""Score validation against a naive reference."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from sandbox import Verdict
from sandbox.validation import check_header, check_scores

MATRICES = arrays.arrays(
    np.float32,
    arrays.array_shapes(min_dims=2, max_dims=2, max_side=5),
    elements=st.sampled_from([0.0, 1.0, -1.0, np.nan, np.inf, -np.inf]),
)


@given(MATRICES)
def test_scores_are_judged_as_by_a_loop(scores: np.ndarray) -> None:
    rows = scores.tolist()
    if not all(np.isfinite(value) for row in rows for value in row):
        expected = Verdict.NON_FINITE
    elif len(rows[0]) > 1 and all(value == row[0] for row in rows for value in row):
        expected = Verdict.CONSTANT
    else:
        expected = Verdict.OK
    assert check_scores(scores)[0] is expected


def test_headers_are_judged_by_shape_then_kind() -> None:
    assert check_header((2, 3), "f", (2, 3))[0] is Verdict.OK
    assert check_header((2, 3), "b", (2, 3))[0] is Verdict.OK
    assert check_header((3, 2), "c", (2, 3))[0] is Verdict.BAD_SHAPE
    assert check_header((), "O", (2, 3))[0] is Verdict.BAD_SHAPE
    for kind in "cOSUVmM":
        assert check_header((2, 3), kind, (2, 3))[0] is Verdict.BAD_DTYPE


def test_every_verdict_has_a_sentence() -> None:
    assert all(verdict.sentence.endswith(".") for verdict in Verdict)
    assert len({verdict.sentence for verdict in Verdict}) == len(Verdict)
