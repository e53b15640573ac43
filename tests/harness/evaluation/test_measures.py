"""Every measure must equal trec_eval's, as ir_measures reads it, ties and odd judgments included."""

import ir_measures
import numpy as np
import pytest
import pytrec_eval
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from harness.errors import UsageError
from harness.evaluation.measures import Judgments, Measure, find_measure, find_measures, measure_together
from harness.evaluation.measures.average_precision import AveragePrecision

Qrels = dict[str, dict[str, int]]
Case = tuple[Qrels, list[str], list[str], NDArray[np.float64]]

IR_MEASURES = [
    *("nDCG", "nDCG@1", "nDCG@10", "nDCG@200", "R@1", "R@10", "R@100", "P@1", "P@5", "P@100", "P(rel=2)@5"),
    *("AP", "AP@10", "AP@100", "AP(rel=2)", "AP(rel=2)@100", "AP(rel=3)@10", "RR", "RR(rel=2)"),
]
TREC_EVAL = {"R(rel=2)@10": ("recall.10", "recall_10"), "R(rel=3)@100": ("recall.100", "recall_100")}


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Graded and negative judgments, absent documents, queries with nothing relevant, ties, float32 ties, ids' order.

    pytrec_eval cannot read grades below -1: it takes them for its own marks. Where all grades of a query are negative
    it reads beyond its tables and may never return; so each query has one that is not.
    """
    n_documents, n_queries = draw(st.integers(1, 70)), draw(st.integers(1, 4))
    levels = draw(st.sampled_from([1, 2, 5, 1000]))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    document_ids = [str(number) for number in rng.permutation(n_documents * 3)[:n_documents]]
    document_ids[0] = draw(st.sampled_from(["é", "Z", "doc-1", "10 "]))
    query_ids = [f"q{number}" for number in range(n_queries)]
    known = [*document_ids, *(f"absent-{number}" for number in range(draw(st.integers(0, 30))))]
    least, most = draw(st.sampled_from([(0, 4), (-1, 4), (-1, 1), (0, 1), (1, 2)]))
    qrels = {
        query_id: {
            str(document_id): int(rng.integers(least, most))
            for document_id in rng.choice(known, size=int(rng.integers(1, len(known) + 1)), replace=False)
        }
        for query_id in query_ids
    }
    for judged in qrels.values():
        first = next(iter(judged))
        judged[first] = max(judged[first], 0)
    scores = rng.integers(0, levels, size=(n_queries, n_documents)) / levels - 0.5
    if draw(st.booleans()):
        scores = scores + rng.integers(0, 3, size=scores.shape) * 1e-9  # equal as float32, different as float64
    return qrels, query_ids, document_ids, scores


def as_run(case: Case, *, without_own: bool = False) -> dict[str, dict[str, float]]:
    _, query_ids, document_ids, scores = case
    return {
        query_id: {d: float(s) for d, s in zip(document_ids, row, strict=True) if not (without_own and d == query_id)}
        for query_id, row in zip(query_ids, scores, strict=True)
    }


def reference(case: Case, run: dict[str, dict[str, float]], text: str) -> list[float]:
    """trec_eval's numbers; what ir_measures does not pass on to it, asked of it directly."""
    qrels, query_ids, _, _ = case
    if text in TREC_EVAL:
        asked, answered = TREC_EVAL[text]
        level = int(text[len("R(rel=")])
        found_by = pytrec_eval.RelevanceEvaluator(qrels, {asked}, relevance_level=level).evaluate(run)
        return [found_by.get(query_id, {}).get(answered, 0.0) for query_id in query_ids]
    found = {
        metric.query_id: metric.value
        for metric in ir_measures.pytrec_eval.iter_calc([ir_measures.parse_measure(text)], qrels, run)
    }
    return [found.get(query_id, 0.0) for query_id in query_ids]


@pytest.mark.parametrize("text", [*IR_MEASURES, *TREC_EVAL])
@settings(max_examples=100, deadline=None)
@given(case=cases())
def test_equals_trec_eval(text: str, case: Case) -> None:
    qrels, query_ids, document_ids, scores = case
    ours = find_measure(text).per_query(scores, Judgments(qrels, query_ids, document_ids))
    np.testing.assert_allclose(ours, reference(case, as_run(case), text), atol=1e-12)


@pytest.mark.parametrize("text", ["nDCG", "R@10", "P@5", "AP", "AP@10", "RR"])
@settings(max_examples=50, deadline=None)
@given(case=cases())
def test_an_ignored_identical_id_equals_a_run_without_it(text: str, case: Case) -> None:
    qrels, query_ids, document_ids, scores = case
    case = (qrels, query_ids, [query_ids[0], *document_ids[1:]], scores)
    qrels[query_ids[0]][query_ids[0]] = 2
    ours = find_measure(text).per_query(scores, Judgments(qrels, query_ids, case[2], ignore_identical_ids=True))
    np.testing.assert_allclose(ours, reference(case, as_run(case, without_own=True), text), atol=1e-12)


@settings(max_examples=100, deadline=None)
@given(case=cases(), cutoff=st.integers(1, 30), rel=st.integers(1, 3))
def test_reciprocal_rank_with_a_cutoff_is_trec_evals_ranking_cut(case: Case, cutoff: int, rel: int) -> None:
    qrels, query_ids, document_ids, scores = case
    whole = np.array(reference(case, as_run(case), f"RR(rel={rel})"))
    ours = find_measure(f"RR(rel={rel})@{cutoff}").per_query(scores, Judgments(qrels, query_ids, document_ids))
    np.testing.assert_allclose(ours, np.where(whole >= 1 / cutoff - 1e-12, whole, 0), atol=1e-12)


def test_reciprocal_rank_with_a_cutoff_equals_ir_measures_where_nothing_ties() -> None:
    rng = np.random.default_rng(0)
    query_ids, document_ids = [f"q{n}" for n in range(50)], [f"d{n}" for n in range(60)]
    qrels = {q: {str(d): int(rng.integers(0, 3)) for d in rng.choice(document_ids, 5)} for q in query_ids}
    scores = rng.permuted(np.tile(np.arange(60.0), (50, 1)), axis=1)
    run = as_run((qrels, query_ids, document_ids, scores))
    metrics = ir_measures.msmarco.iter_calc([ir_measures.RR @ 10], qrels, run)
    found_by = {metric.query_id: metric.value for metric in metrics}
    ours = find_measure("RR@10").per_query(scores, Judgments(qrels, query_ids, document_ids))
    np.testing.assert_allclose(ours, [found_by.get(query_id, 0.0) for query_id in query_ids])


@settings(max_examples=50, deadline=None)
@given(case=cases(), cells=st.sampled_from([1, 50, 2**22]))
def test_measured_together_or_in_parts_is_measured_alone_to_the_last_bit(case: Case, cells: int) -> None:
    qrels, query_ids, document_ids, scores = case
    measures = [find_measure(text) for text in (*IR_MEASURES, "RR@3")]
    ready = Judgments(qrels, query_ids, document_ids)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("harness.evaluation.measures.judgments.CELLS", cells)
        together = measure_together(scores, ready, measures)
    for measure in measures:
        np.testing.assert_array_equal(together[measure.name], measure.per_query(scores, ready))


@pytest.mark.parametrize("text", [*IR_MEASURES, *TREC_EVAL, "RR@10"])
def test_a_measure_prints_as_it_is_written_and_as_ir_measures_does(text: str) -> None:
    measure = find_measure(text)
    assert measure.name == text == str(ir_measures.parse_measure(text))
    assert measure == find_measure(text)
    assert len({measure, find_measure(text)}) == 1


def test_measures_compare_by_their_parameters() -> None:
    assert find_measure("AP( rel = 2 ) @ 100") == AveragePrecision(cutoff=100, rel=2)
    assert find_measure("AP(rel=1)") == find_measure("AP")
    assert find_measure("AP(rel=1)").name == "AP"
    different: list[Measure] = [
        find_measure(t) for t in ("nDCG", "nDCG@10", "nDCG@5", "AP", "AP@10", "AP(rel=2)", "RR", "P@5")
    ]
    assert len(set(different)) == len(different)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("nDGC@10", "(did you mean 'nDCG'?); write nDCG@k, R@k, RR@k, AP@k or P@k"),
        ("ndcg@10", "did you mean 'nDCG'"),
        ("MAP", "did you mean 'AP'"),
        ("mrr@10", "did you mean 'RR'"),
        ("recall@10", "did you mean 'R'"),
        ("Zebra@10", "There is no measure 'Zebra@10'; write nDCG@k"),
        ("nDCG@ten", "'nDCG@ten' is no measure; write nDCG@k"),
        ("AP(2)", "is no measure"),
        ("", "is no measure"),
        ("R", "R needs a cutoff; write R@10"),
        ("P", "P needs a cutoff"),
        ("AP@0", "The cutoff of AP is 0"),
        ("AP(rel=0)", "The rel of AP is 0"),
        ("AP(rel=x)", "The rel of AP is 'x'"),
        ("AP(level=2)", "AP has no parameter 'level'; it has rel"),
        ("nDCG(rel=2)@10", "nDCG has no parameter 'rel'; it has none"),
    ],
)
def test_what_is_no_measure_is_refused_with_a_sentence(text: str, said: str) -> None:
    with pytest.raises(UsageError) as refused:
        find_measure(text)
    assert said in str(refused.value)


def test_a_tie_goes_to_the_larger_document_id() -> None:
    assert find_measure("RR").per_query(np.zeros((1, 2)), Judgments({"q": {"a": 1}}, ["q"], ["a", "b"]))[0] == 0.5
    assert find_measure("RR").per_query(np.zeros((1, 2)), Judgments({"q": {"b": 1}}, ["q"], ["a", "b"]))[0] == 1.0


@pytest.mark.parametrize("text", [*IR_MEASURES, *TREC_EVAL, "RR@3"])
def test_a_query_with_nothing_relevant_has_zero(text: str) -> None:
    ready = Judgments({"q": {"a": -1}, "r": {"a": 0, "b": -2}}, ["q", "r"], ["a", "b"])
    np.testing.assert_array_equal(find_measure(text).per_query(np.eye(2), ready), [0.0, 0.0])


def test_another_shape_or_an_unjudged_query_is_refused() -> None:
    with pytest.raises(ValueError, match=r"\(1, 3\).*\(1, 2\)"):
        find_measure("RR").per_query(np.zeros((1, 3)), Judgments({"q": {"a": 1}}, ["q"], ["a", "b"]))
    with pytest.raises(ValueError, match="no judgment"):
        Judgments({"q": {"a": 1}}, ["q", "r"], ["a"])


def test_a_perfect_ranking_has_exactly_one() -> None:
    grades = {f"d{n}": n % 3 for n in range(7)}
    scores = np.array([list(grades.values())], dtype=float)
    for k in range(1, 12):
        assert find_measure(f"nDCG@{k}").per_query(scores, Judgments({"q": grades}, ["q"], list(grades)))[0] == 1.0


def test_the_searched_measure_comes_first_and_each_once() -> None:
    assert [one.name for one in find_measures("R@5", ["nDCG@10", "RR", "R@5"])] == ["R@5", "nDCG@10", "RR"]
    assert [one.name for one in find_measures("nDCG@5", [])] == ["nDCG@5", "nDCG@10"]


class Success:
    """A measure as another package may bring it."""

    name = "Success@1"

    def per_query(self, scores: NDArray[np.floating], judgments: Judgments) -> NDArray[np.float64]:
        return np.concatenate([grades[:, 0] > 0 for _, grades in judgments.ranked(scores, 1)]).astype(np.float64)


@settings(max_examples=50, deadline=None)
@given(case=cases())
def test_a_measure_from_elsewhere_is_measured_beside_the_graded_ones(case: Case) -> None:
    qrels, query_ids, document_ids, scores = case
    found = measure_together(scores, Judgments(qrels, query_ids, document_ids), [Success(), find_measure("P@1")])
    assert list(found) == ["Success@1", "P@1"]
    np.testing.assert_array_equal(found["Success@1"], found["P@1"])
