"""What is deployed is what is measured: on every default task, one query at a time."""

from contextlib import closing
from types import ModuleType

import numpy as np
import pytest

from harness.encoders.cached import CachedEncoder
from harness.evaluation.executor import LocalExecutor
from harness.evaluation.measures import NDCG_AT_10, Judgments
from harness.evaluation.preparing import prepare_all
from harness.evaluation.secret import Secret
from harness.export.standalone.retriever import ProgramRetriever
from harness.export.standalone.running import Program
from harness.settings import compose
from harness.tasks.load import load_tasks
from primitives import programs
from sandbox import Sandbox, Verdict


@pytest.mark.long
@pytest.mark.parametrize("name", ["zscore_fusion", "word_pairs"])
def test_one_query_at_a_time_has_the_figures_of_the_archive(cached_wordllama: CachedEncoder, name: str) -> None:
    source = programs.source(name)
    module = ModuleType(name)
    exec(compile(source, name, "exec"), module.__dict__)
    tasks = load_tasks(compose(["tasks.max_queries=20"]).tasks)
    assert len(tasks) == 14
    with (
        Sandbox(workers=1, level="weak") as sandbox,
        prepare_all(tasks, cached_wordllama, secret=Secret("a")) as ready,
        closing(LocalExecutor(cached_wordllama, sandbox, 1)) as executor,
    ):
        outcomes = [executor.run(source, task) for task in ready]
    for task, outcome in zip(tasks, outcomes, strict=True):
        assert outcome.verdict is Verdict.OK, outcome.reason
        retriever = ProgramRetriever(cached_wordllama.encoder, Program.of(module))
        retriever.index(list(task.documents), list(task.documents.values()), allow_empty=True)
        scores = np.empty((len(task.queries), len(task.documents)), dtype=np.float32)
        for row, query in enumerate(task.queries.values()):
            _, rows, found = retriever.ranked(query, len(task.documents))
            scores[row, rows] = found
        judgments = Judgments(task.qrels, list(task.queries), list(task.documents))
        deployed = NDCG_AT_10.per_query(scores, judgments).mean()
        assert deployed == pytest.approx(outcome.measured["nDCG@10"].value, abs=1e-6), task.name
