"""nDCG@10 must equal pytrec_eval's, ties included."""

import numpy as np
import pytest
import pytrec_eval
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from harness.evaluation.metrics import Ndcg


def reference(
    qrels: dict[str, dict[str, int]], query_ids: list[str], document_ids: list[str], scores: NDArray[np.floating]
) -> NDArray[np.float64]:
    run = {
        query_id: {document_id: float(score) for document_id, score in zip(document_ids, row, strict=True)}
        for query_id, row in zip(query_ids, scores, strict=True)
    }
    measured = pytrec_eval.RelevanceEvaluator(qrels, {"ndcg_cut.10"}).evaluate(run)
    return np.array([measured[query_id]["ndcg_cut_10"] for query_id in query_ids])


@st.composite
def cases(draw: st.DrawFn) -> tuple[dict[str, dict[str, int]], list[str], list[str], NDArray[np.float64]]:
    n_documents = draw(st.integers(1, 70))
    n_queries = draw(st.integers(1, 4))
    seed = draw(st.integers(0, 2**32 - 1))
    levels = draw(st.sampled_from([1, 2, 5, 1000]))
    rng = np.random.default_rng(seed)
    document_ids = [str(number) for number in rng.permutation(n_documents * 3)[:n_documents]]
    document_ids[0] = draw(st.sampled_from(["é", "Z", "doc-1", "10 "]))
    query_ids = [f"q{number}" for number in range(n_queries)]
    qrels = {
        query_id: {
            str(document_id): int(rng.integers(0, 4))
            for document_id in rng.choice([*document_ids, "unretrieved"], size=min(12, n_documents), replace=False)
        }
        for query_id in query_ids
    }
    scores = rng.integers(0, levels, size=(n_queries, n_documents)) / levels - 0.5
    if draw(st.booleans()):
        scores = scores + rng.integers(0, 3, size=scores.shape) * 1e-9  # equal as float32, different as float64
    return qrels, query_ids, document_ids, scores


@settings(max_examples=300, deadline=None)
@given(cases())
def test_equals_pytrec_eval_with_ties_grades_and_few_documents(
    case: tuple[dict[str, dict[str, int]], list[str], list[str], NDArray[np.float64]],
) -> None:
    qrels, query_ids, document_ids, scores = case
    ours = Ndcg(qrels, query_ids, document_ids).per_query(scores)
    np.testing.assert_allclose(ours, reference(qrels, query_ids, document_ids, scores), atol=1e-12)


@settings(max_examples=100, deadline=None)
@given(cases())
def test_an_ignored_identical_id_equals_a_run_without_it(
    case: tuple[dict[str, dict[str, int]], list[str], list[str], NDArray[np.float64]],
) -> None:
    qrels, query_ids, document_ids, scores = case
    document_ids = [query_ids[0], *document_ids[1:]]
    qrels[query_ids[0]][query_ids[0]] = 2
    ours = Ndcg(qrels, query_ids, document_ids, ignore_identical_ids=True).per_query(scores)
    run = {
        query_id: {d: float(s) for d, s in zip(document_ids, row, strict=True) if d != query_id}
        for query_id, row in zip(query_ids, scores, strict=True)
    }
    measured = pytrec_eval.RelevanceEvaluator(qrels, {"ndcg_cut.10"}).evaluate(run)
    # A query whose only document is ignored has no ranking, and pytrec_eval leaves it out.
    expected = [measured[query_id]["ndcg_cut_10"] if query_id in measured else 0.0 for query_id in query_ids]
    np.testing.assert_allclose(ours, expected, atol=1e-12)


def test_a_tie_goes_to_the_larger_document_id() -> None:
    relevant_first = Ndcg({"q": {"b": 1}}, ["q"], ["a", "b"]).per_query(np.zeros((1, 2)))
    relevant_second = Ndcg({"q": {"a": 1}}, ["q"], ["a", "b"]).per_query(np.zeros((1, 2)))
    assert relevant_first[0] == 1.0
    assert relevant_second[0] == pytest.approx(1 / np.log2(3))


def test_a_query_without_a_relevant_document_scores_zero() -> None:
    assert Ndcg({"q": {"a": 0}}, ["q"], ["a", "b"]).per_query(np.ones((1, 2)))[0] == 0.0


def test_another_shape_or_an_unjudged_query_is_refused() -> None:
    metric = Ndcg({"q": {"a": 1}}, ["q"], ["a", "b"])
    with pytest.raises(ValueError, match=r"\(1, 3\).*\(1, 2\)"):
        metric.per_query(np.zeros((1, 3)))
    with pytest.raises(ValueError, match="no judgment"):
        Ndcg({"q": {"a": 1}}, ["q", "r"], ["a"])


def test_shuffled_labels_score_like_chance() -> None:
    rng = np.random.default_rng(0)
    document_ids = [f"d{number:03}" for number in range(200)]
    query_ids = [f"q{number}" for number in range(300)]
    scores = rng.normal(size=(300, 200))
    right = {q: {document_ids[int(np.argmax(row))]: 1} for q, row in zip(query_ids, scores, strict=True)}
    shuffled = {q: {document_ids[int(rng.integers(200))]: 1} for q in query_ids}
    assert Ndcg(right, query_ids, document_ids).per_query(scores).mean() == 1.0
    chance = (1 / np.log2(np.arange(2, 12))).sum() / 200
    assert Ndcg(shuffled, query_ids, document_ids).per_query(scores).mean() == pytest.approx(chance, abs=0.03)
