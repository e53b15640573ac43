"""MaxSim by the library, as on a GPU, against numpy; on a processor, which is all that is here."""

import numpy as np
import pytest
import torch

from harness.encoders.compare import by_library, compared
from primitives import MultiVectors, multi_vectors


def ragged(seed: int, sizes: list[int], dim: int = 24) -> MultiVectors:
    generator = np.random.default_rng(seed)
    rows = [generator.standard_normal((size, dim)).astype(np.float32) for size in sizes]
    return multi_vectors([row / np.linalg.norm(row, axis=1, keepdims=True) for row in rows], dim)


@pytest.mark.parametrize("elements", [1 << 20, 500], ids=["at once", "in blocks"])
@pytest.mark.parametrize("mean", [True, False])
@pytest.mark.parametrize("floor", [None, 0.0])
def test_the_library_compares_as_numpy_does(mean: bool, floor: float | None, elements: int) -> None:
    queries, documents = ragged(0, [3, 1, 7, 2]), ragged(1, [1, 9, 2, 1, 30, 4, 1])
    expected = compared(queries, documents, mean=mean, floor=floor)
    found = by_library(queries, documents, mean=mean, floor=floor, device="cpu", elements=elements)
    assert found.shape == (4, 7) and found.dtype == np.float32
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_a_gpu_is_asked_where_the_model_is_on_one() -> None:
    queries, documents = ragged(4, [3, 1]), ragged(5, [2, 2])
    if torch.cuda.is_available():
        found = compared(queries, documents, mean=True, device="cuda:0")
        np.testing.assert_allclose(found, compared(queries, documents, mean=True), atol=1e-4)
        return
    with pytest.raises((RuntimeError, AssertionError), match=r"(?i)cuda|nvidia"):
        compared(queries, documents, mean=True, device="cuda:0")


def test_no_vector_of_a_query_adds_less_than_the_floor() -> None:
    queries, documents = ragged(2, [4, 2]), ragged(3, [1, 1, 2])
    expected = np.zeros((2, 3))
    for query in range(2):
        for document in range(3):
            for one in queries.of(query):
                expected[query, document] += max(0.0, max(float(one @ other) for other in documents.of(document)))
    assert (compared(queries, documents, mean=False) < expected - 1e-3).any()
    np.testing.assert_allclose(compared(queries, documents, mean=False, floor=0.0), expected, atol=1e-6)
