"""A program on a part of the queries of each task: a look that costs a part of an evaluation.

The queries that a search does not select by (`tasks.unseen`) are in no part, so that they stay unseen.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from harness.errors import UsageError
from harness.evaluation.auditing import evaluate_audited
from harness.evaluation.evaluate import Evaluation
from harness.evaluation.evaluator import Evaluator
from harness.evaluation.paired import PairedGain, paired_gain
from harness.evaluation.prepared import PreparedTask, reading_of
from harness.evaluation.preparing import prepare_all
from harness.evaluation.secret import Secret
from harness.evaluation.workbench import Workbench
from harness.tasks.task import RetrievalTask

PARTS = 5
"""Parts that the queries of each task are drawn into by the archive's secret; each query is in one."""

PerQuery = Mapping[str, NDArray[np.float32]]
"""Task to the searched measure of every query, float32 (Q,), in the task's own order."""


@dataclass(frozen=True)
class Trial:
    """What came of a program on a part of the queries."""

    part: int
    """From 1; 0: all queries that the search selects by."""
    evaluation: Evaluation
    """On that part alone."""
    delta: PairedGain | None
    """Over the cosine; None where the program failed."""
    gain: PairedGain | None
    """Over the program that it was set against, on the same queries."""


@contextmanager
def open_part(bench: Workbench, part: int) -> Iterator[Workbench]:
    """The workbench over a part of the queries of its tasks, without hidden tasks; close it before the whole one.

    Programs run where the whole one's do, on a cluster too; an executor of another package is not asked.

    Raises UsageError where there is no such part.
    """
    if not 0 <= part <= PARTS:
        raise UsageError(f"There is no part {part} of the queries; name one from 1 to {PARTS}, or 0 for all of them.")
    tasks = [_part(task, part) for task in bench.evaluator.tasks]
    secret, reading = Secret(bench.settings.archive.secret), reading_of(bench.settings)
    with prepare_all(tasks, bench.encoder, bench.goal.measures, secret, reading=reading) as ready:
        executor = bench.make_another()
        try:
            yield replace(bench, evaluator=Evaluator(ready, executor, bench.goal.objective), validator=None)
        finally:
            executor.close()


def try_source(source: str, part: int, whole: Workbench, some: Workbench, against: PerQuery | None) -> Trial:
    """Evaluate a program that breaks no static rule on a part that is open, with the cheap audits.

    `against` is what another program has on every query.
    """
    evaluation = evaluate_audited(source, some)
    if evaluation.failure is not None:
        return Trial(part, evaluation, None, None)
    measure = some.goal.measures[0].name
    found = {outcome.task: outcome.measured[measure].per_query for outcome in evaluation.outcomes}
    cosine = {task.name: task.baseline.per_query for task in some.evaluator.tasks}
    delta = paired_gain([found[task] - cosine[task] for task in found])
    if against is None or not found.keys() <= against.keys():
        return Trial(part, evaluation, delta, None)
    rows = {task.name: _rows(task, part) for task in whole.evaluator.tasks}
    gain = paired_gain([found[task] - against[task][rows[task]] for task in found])
    return Trial(part, evaluation, delta, gain)


def _rows(task: PreparedTask, part: int) -> NDArray[np.int64]:
    """Places of a part's queries in the task's own order."""
    seen = np.flatnonzero(~task.unseen)
    if part == 0:
        return seen
    drawn = task.secret.generator(task.task.fingerprint, "parts").permutation(seen)
    # Of fewer queries than parts each part has one, so some have the same.
    mine = drawn[part - 1 :: PARTS] if len(drawn) >= PARTS else drawn[[(part - 1) % len(drawn)]]
    return np.sort(mine)


def _part(task: PreparedTask, part: int) -> RetrievalTask:
    """The task with these queries alone; its fingerprint stays, as what is asked of it is no other task."""
    ids = list(task.task.queries)
    kept = [ids[row] for row in _rows(task, part).tolist()]
    queries = {query_id: task.task.queries[query_id] for query_id in kept}
    return replace(task.task, queries=queries, qrels={query_id: task.task.qrels[query_id] for query_id in kept})
