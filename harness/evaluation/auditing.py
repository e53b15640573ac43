"""What audits change of an evaluation: a program without a definite result fails, other findings are flags."""

from collections.abc import Sequence
from dataclasses import replace

from harness.evaluation.audit import Finding
from harness.evaluation.evaluate import Evaluation, Outcome, summarise
from harness.evaluation.workbench import Workbench
from sandbox.verdicts import Verdict


def audited(evaluation: Evaluation, source: str, bench: Workbench) -> Evaluation:
    """Apply the cheap audits, on the probe task, to an evaluation that ended OK everywhere."""
    probe = bench.evaluator.probe
    first = next(outcome for outcome in evaluation.outcomes if outcome.task == probe.name)
    findings = bench.auditor.cheap(source, probe, first.score_hash or "")
    rejecting = [finding for finding in findings if finding.rejects]
    if rejecting:
        failed = _without_result(first, rejecting[0])
        others = [outcome for outcome in evaluation.outcomes if outcome.task != probe.name]
        return summarise([failed, *others], bench.evaluator.tasks)
    return _flagged(evaluation, findings)


def closely_audited(evaluation: Evaluation, source: str, bench: Workbench) -> Evaluation:
    """Add the flags of the dear audits, on the probe task, for a program about to be admitted."""
    return _flagged(evaluation, bench.auditor.dear(source, bench.evaluator.probe))


def _flagged(evaluation: Evaluation, findings: Sequence[Finding]) -> Evaluation:
    flags = {*evaluation.flags, *(finding.flag for finding in findings)}
    return replace(evaluation, flags=tuple(sorted(flags)))


def _without_result(outcome: Outcome, finding: Finding) -> Outcome:
    return replace(
        outcome,
        verdict=Verdict.NONDETERMINISTIC,
        reason=finding.sentence,
        value=None,
        delta=None,
        measured={},
        score_hash=None,
    )
