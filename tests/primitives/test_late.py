"""Late interaction against loops over pairs of vectors, and against the library that has it."""

import numpy as np
import pytest
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import squareform

from primitives import (
    MultiVectors,
    centroid_index,
    late,
    maxsim,
    multi_vectors,
    pool_vectors,
    pooled_maxsim,
    prune_vectors,
    rarity,
)


def ragged(sizes: list[int], seed: int, dim: int = 16) -> MultiVectors:
    rng = np.random.default_rng(seed)
    parts = [rng.normal(size=(size, dim)) for size in sizes]
    return multi_vectors([(p / np.linalg.norm(p, axis=1, keepdims=True)).astype(np.float32) for p in parts], dim)


QUERIES = ragged([3, 1, 5, 2], seed=1)
DOCUMENTS = ragged([4, 1, 9, 2, 2, 30, 1], seed=2)


def naive(q_vec: MultiVectors, d_vec: MultiVectors) -> np.ndarray:
    return np.array(
        [
            [sum(max(float(a @ b) for b in d_vec.of(d)) for a in q_vec.of(q)) for d in range(len(d_vec))]
            for q in range(len(q_vec))
        ]
    )


def test_maxsim_is_the_sum_of_the_best_products() -> None:
    expected = naive(QUERIES, DOCUMENTS)
    np.testing.assert_allclose(maxsim(QUERIES, DOCUMENTS), expected, atol=1e-5)
    np.testing.assert_allclose(maxsim(QUERIES, DOCUMENTS, mean=True), expected / [[3], [1], [5], [2]], atol=1e-5)


def test_blocks_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = naive(QUERIES, DOCUMENTS)
    for queries, products in ((1, 1), (4, 20), (6, 64)):
        monkeypatch.setattr(late, "QUERY_VECTORS_AT_ONCE", queries)
        monkeypatch.setattr(late, "LATE_PRODUCTS", products)
        np.testing.assert_allclose(maxsim(QUERIES, DOCUMENTS), expected, atol=1e-5)


def test_one_vector_a_text_is_the_cosine() -> None:
    q_vec, d_vec = ragged([1] * 5, seed=3), ragged([1] * 8, seed=4)
    np.testing.assert_allclose(maxsim(q_vec, d_vec), q_vec.vectors @ d_vec.vectors.T, atol=1e-6)
    assert maxsim(q_vec, ragged([], seed=0)).shape == (5, 0)


def test_texts_can_be_taken_in_any_order() -> None:
    taken = DOCUMENTS.take(np.array([5, 0, 5]))
    assert taken.sizes.tolist() == [30, 4, 30]
    for place, text in enumerate((5, 0, 5)):
        np.testing.assert_array_equal(taken.of(place), DOCUMENTS.of(text))


@pytest.mark.parametrize("most", [1, 3, 8])
def test_pooling_makes_the_clusters_of_scipy(most: int) -> None:
    pooled = pool_vectors(DOCUMENTS, most)
    for text in range(len(DOCUMENTS)):
        vectors = DOCUMENTS.of(text)
        if len(vectors) <= most:
            np.testing.assert_array_equal(pooled.of(text), vectors)
            continue
        distances = squareform(1 - vectors @ vectors.T, checks=False)
        labels = fcluster(linkage(distances, "ward"), most, "maxclust")
        means = np.array([vectors[labels == label].mean(axis=0) for label in np.unique(labels)])
        expected = means / np.linalg.norm(means, axis=1, keepdims=True)
        assert pooled.of(text).shape == expected.shape == (most, 16)
        same = (pooled.of(text) @ expected.T).round(4).argmax(axis=1)
        np.testing.assert_allclose(pooled.of(text), expected[same], atol=1e-5)
        assert sorted(same) == list(range(most))
    np.testing.assert_allclose(pooled_maxsim(QUERIES, DOCUMENTS, most), naive(QUERIES, pooled), atol=1e-5)


def test_pruning_keeps_the_first_or_the_heaviest_in_their_order() -> None:
    first = prune_vectors(DOCUMENTS, 2)
    assert first.sizes.tolist() == [2, 1, 2, 2, 2, 2, 1]
    np.testing.assert_array_equal(first.of(2), DOCUMENTS.of(2)[:2])
    weights = rarity(DOCUMENTS)
    mean = DOCUMENTS.vectors.mean(axis=0)
    np.testing.assert_allclose(weights, 1 - DOCUMENTS.vectors @ mean / np.linalg.norm(mean), atol=1e-5)
    own = weights[DOCUMENTS.offsets[2] : DOCUMENTS.offsets[3]]
    kept = sorted(sorted(range(9), key=lambda row: -own[row])[:3])
    np.testing.assert_array_equal(prune_vectors(DOCUMENTS, 3, weights).of(2), DOCUMENTS.of(2)[kept])


def test_centroids_stand_for_their_vectors() -> None:
    index = centroid_index(DOCUMENTS, 6)
    nearest = [[max(range(6), key=lambda c: float(index.centroids[c] @ v)) for v in DOCUMENTS.of(d)] for d in range(7)]
    coded = multi_vectors([index.centroids[codes] for codes in nearest], 16)
    np.testing.assert_allclose(index.scores(QUERIES), naive(QUERIES, coded), atol=1e-5)
    assert len(index.codes) == sum(len(set(codes)) for codes in nearest)


def test_as_many_centroids_as_vectors_are_maxsim_itself() -> None:
    index = centroid_index(DOCUMENTS, 10**6)
    expected = naive(QUERIES, DOCUMENTS) / [[3], [1], [5], [2]]
    np.testing.assert_allclose(index.scores(QUERIES, mean=True), expected, atol=1e-5)
