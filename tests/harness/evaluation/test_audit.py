"""Each audit finds its offender and leaves honest programs alone, in the real sandbox with a real encoder."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import spearmanr

from harness.encoders.cached import CachedEncoder
from harness.encoders.protocol import Encoder
from harness.encoders.store import EmbeddingStore
from harness.errors import JobError
from harness.evaluation.audit import Asked, Auditor, poisoned_sandbox, quotations
from harness.evaluation.audited import (
    NONDETERMINISTIC,
    ORDER_DEPENDENT,
    QUOTES_TEXTS,
    ROUTES,
    TRANSDUCTIVE,
    Finding,
    audits_line,
)
from harness.evaluation.difference import agreement, relative_difference, top_overlap
from harness.evaluation.executor import ATTEMPTS, LocalExecutor
from harness.evaluation.labels import shuffled_label_value
from harness.evaluation.part import LocalRuns
from harness.evaluation.prepared import PreparedTask
from harness.evaluation.preparing import prepare, shown
from harness.evaluation.secret import Secret
from harness.tasks.task import make_task
from primitives import programs
from sandbox import Execution, Sandbox, Verdict

Audit = Callable[[str], list[Finding]]

SUBJECTS = ["fox", "whale", "tea", "river", "engine", "violin", "glacier", "market", "lantern", "orchard"]
PLACES = ["the north", "a quiet town", "an old house", "the far coast", "summer"]


@pytest.fixture(scope="module")
def encoder(wordllama: Encoder, tmp_path_factory: pytest.TempPathFactory) -> Iterator[CachedEncoder]:
    store = EmbeddingStore(tmp_path_factory.mktemp("embeddings"), max_bytes=64 * 1024**2)
    yield CachedEncoder(wordllama, store)
    store.close()


@pytest.fixture(scope="module")
def task(encoder: CachedEncoder) -> Iterator[PreparedTask]:
    documents = {
        f"d{i}": f"In {place} one finds a {subject}. It is number {i}, and it stays."
        for i, (subject, place) in enumerate((s, p) for s in SUBJECTS for p in PLACES)
    }
    queries = {f"q{i}": f"where is the {subject}" for i, subject in enumerate(SUBJECTS)}
    qrels = {f"q{i}": {f"d{5 * i + j}": 1 for j in range(5)} for i in range(len(SUBJECTS))}
    prepared = prepare(
        make_task(name="places", source="test", queries=queries, documents=documents, qrels=qrels),
        encoder,
        secret=Secret("of these tests"),
    )
    yield prepared
    prepared.inputs.close()


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(level="none") as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def auditor(sandbox: Sandbox, encoder: CachedEncoder) -> Iterator[Auditor]:
    with poisoned_sandbox(level="none", allow_primitives=True) as poisoned:
        yield Auditor(LocalRuns(sandbox), LocalRuns(poisoned), encoder)


def program(body: str) -> str:
    lines = "\n".join(f"    {line}" for line in body.splitlines())
    return f"import numpy as np\n\n\ndef rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):\n{lines}\n"


def asked(sandbox: Sandbox, encoder: CachedEncoder, task: PreparedTask, source: str) -> list[Asked]:
    outcome = LocalExecutor(encoder, sandbox, 1).run(source, task)
    assert outcome.verdict is Verdict.OK, outcome.reason
    return [(task, outcome)]


@pytest.fixture
def cheap(auditor: Auditor, sandbox: Sandbox, encoder: CachedEncoder, task: PreparedTask) -> Audit:
    texts = [*task.task.queries.values(), *task.task.documents.values()]
    return lambda source: list(auditor.cheap(source, asked(sandbox, encoder, task, source), texts).findings)


@pytest.fixture
def costly(auditor: Auditor, sandbox: Sandbox, encoder: CachedEncoder, task: PreparedTask) -> Audit:
    return lambda source: list(auditor.costly(source, asked(sandbox, encoder, task, source)).findings)


NONDETERMINISTIC_BODIES = {
    "unseeded random": "import statistics\nreturn sim + statistics.random.random() * sim[:, ::-1]",
    "hash()": "return sim + [hash(text) % 1000 for text in d_texts]",
    "set order": "words = list({word for text in d_texts for word in text.split()})\n"
    "return sim + [words.index(text.split()[-1]) + words.index(text.split()[4]) for text in d_texts]",
    "id()": "return sim + [id(text) % 100_003 for text in d_texts]",
    "uninitialised memory": "noise = np.empty(50_000)\nreturn sim + np.nan_to_num(noise[:50] != 0)",
    "time": "import time\nreturn sim * time.perf_counter()",
}


@pytest.mark.parametrize("name", NONDETERMINISTIC_BODIES)
def test_a_program_without_a_definite_result_is_found(cheap: Audit, name: str) -> None:
    assert [finding.flag for finding in cheap(program(NONDETERMINISTIC_BODIES[name]))] == [NONDETERMINISTIC]


def test_a_program_that_fails_the_second_time_is_found(cheap: Audit) -> None:
    source = program(
        "first = hash('a') % 2 == hash('b') % 2\n" + "order = str({'a', 'b', 'c', 'd', 'e', 'f'})\nreturn sim"
    )
    assert cheap(source) == []
    findings = cheap(program("if (np.empty(50_000) != 0).any():\n    raise ValueError('not zero')\nreturn sim"))
    assert [finding.flag for finding in findings] == [NONDETERMINISTIC]
    assert "not zero" in findings[0].sentence


ORDER_BODIES = {
    "position bias": "return sim - 0.1 * np.arange(sim.shape[1])",
    "tie-break by position": "return np.round(sim, 1) - 1e-5 * np.arange(sim.shape[1])",
    "seeded noise per position": "import statistics\nnoise = statistics.random.Random(0)\n"
    "return sim + [noise.random() for _ in d_texts]",
    "first documents as centres": "return sim + (d_emb @ d_emb[:8].T).max(axis=1)",
}


@pytest.mark.parametrize("name", ORDER_BODIES)
def test_dependence_on_the_document_order_is_found_by_both(cheap: Audit, costly: Audit, name: str) -> None:
    for audit in (cheap, costly):
        assert ORDER_DEPENDENT in [finding.flag for finding in audit(program(ORDER_BODIES[name]))]


TRANSDUCTIVE_BODIES = {
    "mean over queries": "return sim - sim.mean(axis=0)",
    "as many queries as there are": "assert len(q_texts) > 1\nreturn sim",
    "rank among the queries": "return sim + np.argsort(np.argsort(sim, axis=0), axis=0)",
}


@pytest.mark.parametrize("name", TRANSDUCTIVE_BODIES)
def test_use_of_the_other_queries_is_found_by_both(cheap: Audit, costly: Audit, name: str) -> None:
    for audit in (cheap, costly):
        (finding,) = audit(program(TRANSDUCTIVE_BODIES[name]))
        assert finding.flag == TRANSDUCTIVE
        assert "axis=1" in finding.sentence  # how to repair it


def test_a_failure_under_changed_circumstances_is_a_finding(costly: Audit, task: PreparedTask) -> None:
    first = shown(list(task.task.documents.values()), task.order.documents)[0]
    findings = costly(program(f"assert len(q_texts) == {len(SUBJECTS)}\nassert d_texts[0] == {first!r}\nreturn sim"))
    assert [finding.flag for finding in findings] == [ORDER_DEPENDENT, TRANSDUCTIVE]


ROUTING_BODIES = {
    "number of documents": "return sim if sim.shape[1] == 50 else -sim",
    "a word of one corpus": "return sim if sum('engine' in text for text in d_texts) == 5 else -sim",
}


@pytest.mark.parametrize("name", ROUTING_BODIES)
def test_another_program_for_one_task_is_found(costly: Audit, name: str) -> None:
    assert [
        finding.flag for finding in costly(program(ROUTING_BODIES[name].replace("sim @ sim.T @ -sim", "-sim")))
    ] == [ROUTES]


@pytest.mark.parametrize("name", programs.SEEDS)
def test_honest_programs_pass_every_audit(cheap: Audit, costly: Audit, name: str) -> None:
    source = programs.source(name)
    assert cheap(source) == []
    assert costly(source) == []


def test_queries_whose_words_no_document_has_are_no_failure(sandbox: Sandbox, encoder: CachedEncoder) -> None:
    """BM25 gives such a query a row of zeros, alone as among others."""
    documents = {f"d{i}": f"A {subject} near the lake." for i, subject in enumerate(SUBJECTS)}
    strangers = {f"q{i}": text for i, text in enumerate(("xylograph", "zymurgy", "quokka", "pfennig", "nudibranch"))}
    queries = {"known": "fox", **strangers}
    qrels = {name: {"d0": 1} for name in queries}
    made = make_task(name="strangers", source="test", queries=queries, documents=documents, qrels=qrels)
    ready = prepare(made, encoder)
    source = programs.source("bm25")
    auditor = Auditor(LocalRuns(sandbox), LocalRuns(sandbox), encoder)
    assert auditor.costly(source, asked(sandbox, encoder, ready, source)).findings == ()
    ready.inputs.close()


def test_without_the_question_alone_a_transductive_program_passes_and_a_position_does_not(
    sandbox: Sandbox, encoder: CachedEncoder, task: PreparedTask
) -> None:
    auditor = Auditor(LocalRuns(sandbox), LocalRuns(sandbox), encoder, alone=False)
    source = program(TRANSDUCTIVE_BODIES["mean over queries"])
    audited = auditor.costly(source, asked(sandbox, encoder, task, source))
    assert audited.findings == () and set(audited.made) == {"order", "routing"}
    source = program(ORDER_BODIES["position bias"])
    (finding,) = auditor.costly(source, asked(sandbox, encoder, task, source)).findings
    assert finding.flag == ORDER_DEPENDENT


def test_what_is_asked_hangs_on_the_secret_and_the_program(task: PreparedTask) -> None:
    other = replace(task, secret=Secret("another"))
    drawn = {tuple(one.sampled(source)) for one in (task, other) for source in "abcdefgh"}
    assert len(drawn) > 8
    assert task.sampled("a").tolist() == task.sampled("a").tolist()


def test_an_audit_that_an_earlier_finding_spared_is_not_made(
    auditor: Auditor, sandbox: Sandbox, encoder: CachedEncoder, task: PreparedTask
) -> None:
    source = program(NONDETERMINISTIC_BODIES["hash()"])
    assert auditor.cheap(source, asked(sandbox, encoder, task, source), []).made == {"determinism": 1, "quotation": 1}
    source = program(ORDER_BODIES["position bias"])
    assert auditor.costly(source, asked(sandbox, encoder, task, source)).made == {"order and alone": 1}


def test_audits_not_made_are_told() -> None:
    done, undone = audits_line({"determinism": 1, "order and alone": 14}, 14).split("; ")
    assert done == "audited: determinism (on 1 of 14 tasks), order and alone (on 14 of 14 tasks)"
    assert undone == "not audited: routing, quotation"


def test_quoting_the_texts_is_flagged(task: PreparedTask) -> None:
    texts = list(task.task.documents.values())
    table = program("return sim + [text.startswith('In the north one') for text in d_texts]")
    assert [finding.flag for finding in quotations(table, texts)] == [QUOTES_TEXTS]
    assert quotations(program("return sim + [text.startswith('In the') for text in d_texts]"), texts) == []
    words = "['nobody wrote this', 'nor was this written', 'In the north one', 'this neither, of course']"
    assert len(quotations(program(f"return sim + [text in {words} for text in d_texts]"), texts)) == 1


def test_shuffled_labels_earn_less_than_true_ones(task: PreparedTask) -> None:
    assert shuffled_label_value(task) < 0.5 * task.baseline.value


@given(st.integers(0, 2**32 - 1))
def test_equal_scores_differ_in_nothing(seed: int) -> None:
    scores = np.random.default_rng(seed).integers(0, 4, (3, 15)).astype(np.float32)
    assert relative_difference(scores, scores) == 0
    assert top_overlap(scores, scores) == 1


@given(st.integers(0, 2**32 - 1))
def test_agreement_is_spearmans_rank_correlation(seed: int) -> None:
    rng = np.random.default_rng(seed)
    base, other = (rng.integers(0, 6, (3, 15)).astype(np.float32) for _ in range(2))
    expected = np.mean([spearmanr(a, b).statistic for a, b in zip(base, other, strict=True)])
    assert agreement(base, other) == pytest.approx(expected, abs=1e-9)
    assert agreement(base, base) == pytest.approx(1)
    assert agreement(base * 0, other) == 1


def test_the_measures_of_difference_on_a_small_example() -> None:
    base = np.array([[0.0, 1.0, 2.0]], np.float32)
    assert relative_difference(base, base + np.float32([[0, 0, 0.5]])) == 0.25
    wide = np.arange(20, dtype=np.float32)[None, :]
    assert top_overlap(wide, -wide) == 0
    assert top_overlap(wide, np.roll(wide, 5, axis=1)) == 0.5


def test_the_audit_module_needs_no_heavy_import() -> None:
    import subprocess
    import sys

    code = (
        "import sys, harness.evaluation.audit; assert not {'torch', 'sentence_transformers', 'mteb'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[3])


class Flaky:
    """A sandbox whose first runs fail through no fault of the program."""

    def __init__(self, sandbox: Sandbox, failures: int) -> None:
        self._sandbox, self.failures = sandbox, failures

    def run(self, *arguments: Any, **options: Any) -> Execution:
        execution = self._sandbox.run(*arguments, **options)
        if not self.failures:
            return execution
        self.failures -= 1
        return replace(execution, verdict=Verdict.HARNESS_ERROR, reason="A process died.", scores=None)


def test_an_audit_is_tried_again_as_an_evaluation_is(
    sandbox: Sandbox, encoder: CachedEncoder, task: PreparedTask
) -> None:
    flaky = Flaky(sandbox, ATTEMPTS - 1)
    auditor = Auditor(LocalRuns(sandbox), LocalRuns(flaky), encoder)  # type: ignore[arg-type]
    source = programs.source("identity")
    ((_, outcome),) = asked(sandbox, encoder, task, source)
    assert auditor.cheap(source, [(task, outcome)], []).findings == ()
    flaky.failures = ATTEMPTS
    with pytest.raises(JobError, match="failed 3 times during an audit"):
        auditor.cheap(source, [(task, outcome)], [])
