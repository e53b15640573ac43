"""Sealed inputs: what is put in comes out, and nobody can change it."""

import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox import TaskInputs
from sandbox.inputs import map_inputs

ONE = np.ones((1, 3), np.float32)


def create(q_texts: list[str], d_texts: list[str]) -> TaskInputs:
    rng = np.random.default_rng(0)
    q_emb, d_emb = (rng.normal(size=(len(texts), 3)) for texts in (q_texts, d_texts))
    return TaskInputs.create(q_emb, d_emb, q_emb @ d_emb.T, q_texts, d_texts)


@given(st.lists(st.text(), min_size=1, max_size=5), st.lists(st.text(), min_size=1, max_size=5))
def test_what_is_put_in_comes_out(q_texts: list[str], d_texts: list[str]) -> None:
    with create(q_texts, d_texts) as inputs:
        mapped = map_inputs(inputs.descriptor, inputs.layout)
        assert (mapped.q_texts, mapped.d_texts) == (q_texts, d_texts)
        sim = inputs.similarity(0, len(q_texts))
        np.testing.assert_allclose(sim, mapped.q_emb @ mapped.d_emb.T, rtol=1e-4, atol=1e-5)
        assert (inputs.n_queries, inputs.n_documents, inputs.dim) == (len(q_texts), len(d_texts), 3)
        assert all(array.dtype == np.float32 for array in (mapped.q_emb, mapped.d_emb, sim))


def test_a_mapping_is_private() -> None:
    with create(["q"], ["a", "b"]) as inputs:
        first = map_inputs(inputs.descriptor, inputs.layout)
        before = first.d_emb.copy()
        first.d_emb[:] = 9
        np.testing.assert_array_equal(map_inputs(inputs.descriptor, inputs.layout).d_emb, before)


def test_sealed_memory_cannot_be_written_or_resized() -> None:
    with create(["q"], ["a"]) as inputs:
        with pytest.raises(PermissionError):
            os.pwrite(inputs.descriptor, b"x", 0)
        with pytest.raises(PermissionError):
            os.ftruncate(inputs.descriptor, 1)
        with pytest.raises(PermissionError):
            os.ftruncate(inputs.descriptor, inputs.n_bytes + 1)


@pytest.mark.parametrize(
    ("q_emb", "sim", "words"),
    [(np.ones((2, 3)), np.ones((1, 1)), "q_emb has the shape"), (ONE, np.ones((1, 2)), "sim has the shape")],
)
def test_shapes_that_do_not_fit_are_refused(q_emb: np.ndarray, sim: np.ndarray, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        TaskInputs.create(q_emb, ONE, sim, ["q"], ["d"])


def test_a_refusal_and_a_close_leave_no_descriptor_open() -> None:
    before = len(list(Path("/proc/self/fd").iterdir()))
    inputs = create(["q"], ["d"])
    inputs.close()
    inputs.close()
    with pytest.raises(ValueError, match="shape"):
        TaskInputs.create(ONE, ONE, np.ones((2, 2)), ["q"], ["d"])
    assert len(list(Path("/proc/self/fd").iterdir())) == before
