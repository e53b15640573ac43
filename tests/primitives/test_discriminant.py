"""Fisher's direction against scikit-learn's shrunk linear discriminant and against the plain formula."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

from primitives import fisher_direction, unit_rows
from primitives.arrays import FloatStack


def samples(seed: int, near: int, far: int, dim: int) -> tuple[FloatStack, FloatStack]:
    random = np.random.default_rng(seed)
    shift = random.normal(size=(3, 1, dim))
    return (
        (random.normal(size=(3, near, dim)) + shift).astype(np.float32),
        random.normal(size=(3, far, dim)).astype(np.float32),
    )


@given(st.integers(0, 999), st.integers(2, 6), st.integers(2, 6), st.integers(2, 12))
def test_points_where_scikit_learns_discriminant_points(seed: int, near: int, far: int, dim: int) -> None:
    relevant, irrelevant = samples(seed, near, far, dim)
    directions = fisher_direction(relevant, irrelevant, shrinkage=0.3)
    for direction, positive, negative in zip(directions, relevant, irrelevant, strict=True):
        reference = LinearDiscriminantAnalysis(solver="lsqr", shrinkage=0.3)
        reference.fit(np.vstack((positive, negative)).astype(np.float64), [1] * near + [0] * far)
        expected = reference.coef_[0] / np.linalg.norm(reference.coef_[0])
        assert unit_rows(direction[None])[0] == pytest.approx(expected, abs=2e-3)


@given(st.integers(0, 999))
def test_solves_the_shrunk_system(seed: int) -> None:
    relevant, irrelevant = samples(seed, 4, 5, 7)
    for direction, positive, negative in zip(fisher_direction(relevant, irrelevant), relevant, irrelevant, strict=True):
        centred = np.vstack((positive - positive.mean(axis=0), negative - negative.mean(axis=0)))
        within = centred.T @ centred / 9
        shrunk = 0.5 * within + 0.5 * np.trace(within) / 7 * np.eye(7)
        assert shrunk @ direction == pytest.approx(positive.mean(axis=0) - negative.mean(axis=0), abs=1e-3)


def test_without_spread_it_is_the_difference_of_the_means() -> None:
    near, far = np.ones((1, 1, 3), dtype=np.float32), np.zeros((1, 2, 3), dtype=np.float32)
    assert fisher_direction(near, far).tolist() == [[1, 1, 1]]
