"""What audits change of an evaluation: scores that depend on what they must not are no result, other findings flags."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from harness.evaluation.audit import Asked
from harness.evaluation.audited import NONDETERMINISTIC, ORDER_DEPENDENT, TRANSDUCTIVE, Audited, Finding
from harness.evaluation.evaluate import Evaluation, Outcome, summarise
from harness.evaluation.prepared import PreparedTask
from harness.evaluation.workbench import Workbench
from sandbox.verdicts import Verdict

REJECTING = (NONDETERMINISTIC, ORDER_DEPENDENT)


def evaluate_audited(
    source: str, bench: Workbench, *, on_outcome: Callable[[Outcome], None] = lambda outcome: None
) -> Evaluation:
    """Evaluate a program with its cheap audits, on the tasks that the search may look at.

    Where what uses other queries is refused, this is looked for on the first task already: most programs that
    fall do so there, and the other tasks are nine tenths of the time.
    """
    made: dict[str, int] = {}

    def look(outcome: Outcome) -> Outcome:
        audited = bench.auditor.first(source, bench.evaluator.probe, outcome)
        if not audited.findings:
            return outcome
        made.update(audited.made)
        return _without_result(outcome, audited.findings[0])

    if bench.settings.program.transductive == "refuse":
        evaluation = bench.evaluator.evaluate(source, on_outcome=on_outcome, look=look)
    else:
        evaluation = bench.evaluator.evaluate(source, on_outcome=on_outcome)
    return replace(evaluation, audits=made) if evaluation.failure is not None else audit(evaluation, source, bench)


def audit(evaluation: Evaluation, source: str, bench: Workbench) -> Evaluation:
    """Apply the cheap audits to an evaluation that ended OK everywhere."""
    asked = _asked(evaluation, bench.evaluator.tasks)
    return _apply(evaluation, bench.auditor.cheap(source, asked, bench.texts), bench.evaluator.tasks, bench)


def audit_closely(
    evaluation: Evaluation, hidden: Evaluation | None, source: str, bench: Workbench
) -> tuple[Evaluation, Evaluation | None]:
    """Apply the costly audits, on hidden tasks too, to a program that is to be kept."""
    found = bench.auditor.costly(source, _asked(evaluation, bench.evaluator.tasks))
    evaluation = _apply(evaluation, found, bench.evaluator.tasks, bench)
    if hidden is not None and bench.validator is not None and evaluation.failure is None:
        found = bench.auditor.costly(source, _asked(hidden, bench.validator.tasks))
        hidden = _apply(hidden, found, bench.validator.tasks, bench)
        # A flag names no task, so it may stand beside the others.
        evaluation = replace(evaluation, flags=tuple(sorted({*evaluation.flags, *hidden.flags})))
    return evaluation, hidden


def _asked(evaluation: Evaluation, tasks: Sequence[PreparedTask]) -> list[Asked]:
    outcomes = {outcome.task: outcome for outcome in evaluation.outcomes}
    return [(task, outcomes[task.name]) for task in tasks]


def _apply(evaluation: Evaluation, audited: Audited, tasks: Sequence[PreparedTask], bench: Workbench) -> Evaluation:
    rejecting = (*REJECTING, TRANSDUCTIVE) if bench.settings.program.transductive == "refuse" else REJECTING
    evaluation = _with_times(evaluation, audited.alone_s)
    failed = {finding.task: finding for finding in reversed(audited.findings) if finding.flag in rejecting}
    flags = {*evaluation.flags, *(finding.flag for finding in audited.findings if finding.flag not in rejecting)}
    # Of an audit that is made twice the wider one counts.
    made = dict(Counter(evaluation.audits) | Counter(audited.made))
    if failed:
        outcomes = [
            _without_result(outcome, failed[outcome.task]) if outcome.task in failed else outcome
            for outcome in evaluation.outcomes
        ]
        evaluation = summarise(outcomes, tasks, bench.goal.objective, bench.goal.limit)
    return replace(evaluation, flags=tuple(sorted(flags)), audits=made)


def _with_times(evaluation: Evaluation, alone_s: Mapping[str, tuple[float, ...]]) -> Evaluation:
    """The same with what single queries took. A later audit asks what an earlier one asked, and more."""
    outcomes = tuple(
        replace(outcome, alone_s=max(outcome.alone_s, alone_s.get(outcome.task, ()), key=len))
        for outcome in evaluation.outcomes
    )
    return replace(evaluation, outcomes=outcomes)


def _without_result(outcome: Outcome, finding: Finding) -> Outcome:
    return replace(
        outcome,
        verdict=Verdict(finding.flag),
        reason=finding.sentence,
        value=None,
        delta=None,
        unseen_delta=None,
        measured={},
        score_hash=None,
        sample=None,
    )
