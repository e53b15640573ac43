"""Some queries at a time, and some documents for each: the same figures from less memory."""

from collections.abc import Iterator
from contextlib import closing

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.encoders.cached import CachedEncoder
from harness.encoders.protocol import QUERY
from harness.errors import TaskError
from harness.evaluation.evaluate import Outcome
from harness.evaluation.executor import LocalExecutor
from harness.evaluation.measures import Judgments, find_measure, find_measures, measure_together
from harness.evaluation.prepared import ALL_AT_ONCE, Reading
from harness.evaluation.preparing import prepare_all
from harness.evaluation.secret import Secret
from harness.evaluation.shortlist import Shortlist, alternate
from harness.tasks.candidates import Candidates
from harness.tasks.task import RetrievalTask, make_task
from primitives import cosines, programs
from sandbox import Sandbox, Verdict

MEASURES = find_measures("nDCG@10", ["R@20", "AP", "RR@10"])
SECRET = Secret("abc")
WORDS = "amber birch cedar dune ember fjord grove heath inlet juniper".split()  # noqa: SIM905


def a_task(n_documents: int = 60, **given: object) -> RetrievalTask:
    documents = {
        f"d{number}": f"A text about {WORDS[number % 10]} and {WORDS[number // 10]}, number {number}."
        for number in range(n_documents)
    }
    queries = {f"q{number}": f"What is said about {WORDS[number]} number {number + 20}?" for number in range(7)}
    qrels = {query: {f"d{place + 20}": 1, f"d{place}": 2} for place, query in enumerate(queries)}
    return make_task(name="woods", source="folder", queries=queries, documents=documents, qrels=qrels, **given)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(workers=1, level="weak") as running:
        yield running


def evaluate(
    task: RetrievalTask, name: str, encoder: CachedEncoder, sandbox: Sandbox, reading: Reading = ALL_AT_ONCE
) -> Outcome:
    source = programs.source(name)
    with (
        prepare_all([task], encoder, MEASURES, SECRET, reading=reading) as (ready,),
        closing(LocalExecutor(encoder, sandbox, 1)) as executor,
    ):
        outcome = executor.run(source, ready)
        assert outcome.verdict is Verdict.OK, outcome.reason
        return outcome


@pytest.mark.parametrize("name", ["identity", "bm25_rrf", "sent_max_sim", "rocchio"])
@pytest.mark.parametrize("batch", [1, 3])
def test_queries_in_batches_get_what_they_get_together(
    cached_wordllama: CachedEncoder, sandbox: Sandbox, name: str, batch: int
) -> None:
    whole = evaluate(a_task(), name, cached_wordllama, sandbox)
    parts = evaluate(a_task(), name, cached_wordllama, sandbox, Reading(query_batch=batch))
    assert parts.score_hash == whole.score_hash
    for measure, found in whole.measured.items():
        np.testing.assert_array_equal(parts.measured[measure].per_query, found.per_query)
    assert (parts.cost.texts, parts.index_cost.texts) == (whole.cost.texts, whole.index_cost.texts)
    assert (whole.alone_s, len(parts.alone_s)) == ((), 7 if batch == 1 else 0)


def test_what_an_index_asks_for_is_told_apart(cached_wordllama: CachedEncoder, sandbox: Sandbox) -> None:
    outcome = evaluate(a_task(), "sent_max_sim", cached_wordllama, sandbox)
    assert outcome.index_cost.texts == 60, "one sentence each"
    assert outcome.index_cost.tokens <= outcome.cost.tokens
    assert outcome.execution.index_bytes > 60 * 4 * cached_wordllama.encoder.dim


@pytest.mark.parametrize("first_stage", ["cosine", "cosine_bm25"])
@pytest.mark.parametrize("depth", [1, 5, 12, 59])
def test_a_shortlist_has_the_cosines_figures_and_ranks_no_other_document_above(
    cached_wordllama: CachedEncoder, sandbox: Sandbox, depth: int, first_stage: str
) -> None:
    task = a_task().with_candidates(Candidates(depth, first_stage))  # type: ignore[arg-type]
    identity = evaluate(task, "identity", cached_wordllama, sandbox)
    assert identity.delta == 0
    if first_stage == "cosine":
        plain = evaluate(a_task(), "identity", cached_wordllama, sandbox)
        for measure, found in plain.measured.items():
            np.testing.assert_array_equal(identity.measured[measure].per_query, found.per_query)


def test_a_shortlist_is_measured_as_the_whole_matrix_it_stands_for(
    cached_wordllama: CachedEncoder, sandbox: Sandbox
) -> None:
    """Against the plain way: the list's BM25 ranks on top, the cosine of all others below."""
    depth, task = 8, a_task()
    with prepare_all([task.with_candidates(Candidates(depth))], cached_wordllama, MEASURES, SECRET) as (ready,):
        outcome = LocalExecutor(cached_wordllama, sandbox, 1).run(LENGTHS, ready)
    queries = cached_wordllama.embed(list(task.queries.values()), QUERY).vectors
    cosine = cosines(queries, cached_wordllama.embed(list(task.documents.values())).vectors)
    by_id = np.array([ids.encode() for ids in task.documents])
    lengths = np.array([len(text) for text in task.documents.values()])
    expected = cosine.copy()
    for row in expected:
        best = np.lexsort((by_id, row))[::-1][:depth]
        row[best] = 10 + lengths[best]
    judgments = Judgments(task.qrels, list(task.queries), list(task.documents))
    for measure, values in measure_together(expected, judgments, MEASURES).items():
        np.testing.assert_allclose(outcome.measured[measure].per_query, values, rtol=1e-6)


LENGTHS = """import numpy as np


def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):
    assert len(d_texts) == 8 and len(q_texts) == 1
    return np.array([[len(text) for text in d_texts]])
"""


def test_lists_that_a_task_brings_are_all_that_is_ranked(cached_wordllama: CachedEncoder, sandbox: Sandbox) -> None:
    lists = {f"q{number}": [f"d{number}", f"d{number + 1}", "d40", "gone"][: 2 + number % 3] for number in range(7)}
    task = a_task(candidates=lists)
    assert task.fingerprint != a_task().fingerprint
    outcome = evaluate(task, "identity", cached_wordllama, sandbox)
    # Each query's best document is in its list, the other relevant one is not.
    assert set(outcome.measured["R@20"].per_query.tolist()) == {0.5}
    with pytest.raises(TaskError, match="no candidate for the query q0"):
        a_task(candidates={**lists, "q0": ["gone"]})


def test_another_first_stage_is_another_task() -> None:
    whole, short = a_task(), a_task().with_candidates(Candidates(5))
    both = short.with_candidates(Candidates(5, "cosine_bm25"))
    assert len({whole.fingerprint, short.fingerprint, both.fingerprint}) == 3
    assert both.with_candidates(Candidates(5)).fingerprint == short.fingerprint
    assert short.with_candidates(Candidates()) == whole


@given(st.integers(1, 30), st.data())
def test_two_rankings_in_turn(depth: int, data: st.DataObject) -> None:
    nearest = np.array(data.draw(st.permutations(range(30))))[:depth]
    lexical = np.array(data.draw(st.lists(st.integers(0, 5), min_size=30, max_size=30)), dtype=np.float32)
    ranked = [document for document in np.argsort(-lexical, kind="stable").tolist() if lexical[document] > 0][:depth]
    found = alternate(nearest, np.array(ranked, dtype=np.int64)).tolist()
    turns: list[int] = []
    for place in range(depth):
        turns += [int(nearest[place]), *ranked[place : place + 1]]
    assert found == list(dict.fromkeys(turns))[:depth]


@given(st.lists(st.integers(-3, 3), min_size=4, max_size=4))
def test_the_rest_stays_below_in_its_order(scores: list[int]) -> None:
    listed, rest = np.arange(4, dtype=np.int32)[None], np.array([[9, 7, 8]], dtype=np.int32)
    ranked = Shortlist(listed, np.zeros((1, 4), np.float32), rest).ranked(np.array([scores], dtype=np.float32))[0]
    assert ranked[:4].min() > ranked[4]
    assert ranked[4:].tolist() == sorted(ranked[4:].tolist(), reverse=True)
    for one in range(4):
        for other in range(4):
            assert (ranked[one] > ranked[other]) == (scores[one] > scores[other])


@given(st.data())
def test_judgments_of_some_documents_are_those_of_the_whole_matrix(data: st.DataObject) -> None:
    """A ranking of listed documents is the whole ranking with the others far below."""
    n_documents, width = 12, 5
    rng = np.random.default_rng(data.draw(st.integers(0, 10**6)))
    queries, documents = ["a", "d3"], [f"d{number}" for number in range(n_documents)]
    qrels = {query: {f"d{rng.integers(n_documents)}": int(rng.integers(0, 3)) for _ in range(4)} for query in queries}
    columns = np.stack([rng.permutation(n_documents)[:width] for _ in queries])
    scores = rng.integers(0, 3, size=(2, width)).astype(np.float32)
    whole = np.full((2, n_documents), -9, np.float32)
    np.put_along_axis(whole, columns, scores, axis=1)
    judgments = Judgments(qrels, queries, documents, ignore_identical_ids=True)
    measure = find_measure("nDCG@3")
    np.testing.assert_array_equal(
        measure.per_query(scores, judgments.among(columns)), measure.per_query(whole, judgments)
    )
    alone = [measure.per_query(whole[row : row + 1], judgments.rows(row, row + 1))[0] for row in (0, 1)]
    np.testing.assert_array_equal(alone, measure.per_query(whole, judgments))


def test_a_matrix_too_large_comes_in_parts_unless_programs_may_look_at_all() -> None:
    assert Reading().batch(1000, 1_000_000) == 268
    assert Reading(bounded=False).batch(1000, 1_000_000) == 1000
    assert Reading(query_batch=64).batch(1000, 1_000_000) == 64
    assert Reading().batch(150, 10_000) == 150
