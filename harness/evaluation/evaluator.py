"""One program on all tasks: the cheapest one first, then the others together."""

from collections.abc import Callable, Sequence

from harness.evaluation.cost_limit import CostLimit
from harness.evaluation.evaluate import MEAN, Evaluation, Outcome, summarise
from harness.evaluation.executor import Executor
from harness.evaluation.objectives import Objective
from harness.evaluation.prepared import PreparedTask
from sandbox.verdicts import Verdict


class Evaluator:
    """Evaluates programs on prepared tasks, from several threads at once where the executor has room."""

    def __init__(
        self,
        tasks: Sequence[PreparedTask],
        executor: Executor,
        objective: Objective = MEAN,
        limit: CostLimit | None = None,
    ) -> None:
        self.tasks = tuple(tasks)
        self._executor = executor
        self._objective, self._limit = objective, limit
        # The cheapest task goes first, as a probe; then the costliest, so that workers end together.
        by_size = sorted(self.tasks, key=lambda task: (task.inputs.n_bytes, task.name))
        self._schedule = by_size[:1] + by_size[:0:-1]

    @property
    def probe(self) -> PreparedTask:
        """The cheapest task: audits and the first run of every program use it."""
        return self._schedule[0]

    def evaluate(
        self,
        source: str,
        *,
        on_outcome: Callable[[Outcome], None] = lambda outcome: None,
        look: Callable[[Outcome], Outcome] = lambda outcome: outcome,
    ) -> Evaluation:
        """Run a program on the probe task and, if that ends OK, also in the eyes of `look`, on all others.

        The first failure in the schedule's order ends the evaluation; later tasks are not part of it, finished or
        not, so that the same program always has the same outcomes.
        """
        outcomes = self._run(source, self._schedule[:1], on_outcome)
        if outcomes[0].verdict is Verdict.OK:
            outcomes = [look(outcomes[0])]
        if outcomes[0].verdict is Verdict.OK:
            outcomes += self._run(source, self._schedule[1:], on_outcome)
        return summarise(outcomes, self.tasks, self._objective, self._limit)

    def _run(self, source: str, tasks: Sequence[PreparedTask], on_outcome: Callable[[Outcome], None]) -> list[Outcome]:
        futures = [self._executor.submit(source, task) for task in tasks]
        outcomes = []
        try:
            for future in futures:
                outcomes.append(future.result())
                on_outcome(outcomes[-1])
                if outcomes[-1].verdict is not Verdict.OK:
                    break
        finally:
            for future in futures:
                future.cancel()
        return outcomes
