"""Trials: an author looks at a program on a part of the queries before it spends a generation on it.

Each is recorded, since it is a look at the judgments, and told in later briefings.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from archive import Archive, TrialRecord, Trials
from harness.errors import UsageError
from harness.evaluation.paired import PairedGain
from harness.evaluation.trial import Trial, open_part, try_source
from harness.evaluation.workbench import Workbench
from harness.programs.view import LedgerRow
from harness.proposers.protocol import Proposal
from harness.settings import Settings
from sandbox import rules


def look_at(
    proposal: Proposal,
    part: int,
    number: int,
    archive: Archive,
    run_id: str,
    ledger: Sequence[LedgerRow],
    bench: Workbench,
) -> TrialRecord:
    """Measure a proposal on a part of the queries, set it against the best program of the ledger, and record that.

    `number` is that of the program which is to be written.

    The same look for the same program is not made twice, so that a resumed run hears what it heard before.
    Raises UsageError where the author hears no figures (`proposer.feedback=bit`), or there is no such part.
    """
    require_figures(bench.settings)
    trials = Trials(archive, run_id)
    for known in trials.all():
        if (known.number, known.source, known.part) == (number, proposal.source, part):
            return known
    record = _measure(proposal, part, number, archive, best_of(ledger), bench)
    trials.record(record)
    return record


def _measure(
    proposal: Proposal, part: int, number: int, archive: Archive, best: str | None, bench: Workbench
) -> TrialRecord:
    violations = rules.check(proposal.source, allow_primitives=bench.settings.program.primitives)
    if violations:
        first = violations[0]
        reason = f"{first.code}, line {first.line}: {first.message}"
        return TrialRecord(number, proposal.name, proposal.source, part, "static-reject", reason)
    against = None if best is None else _per_query(archive, best, bench.goal.measures[0].name)
    with open_part(bench, part) as some:
        tried = try_source(proposal.source, part, bench, some, against)
    return _record(tried, number, proposal, best)


def require_figures(settings: Settings) -> None:
    """Raise UsageError where a trial would tell what the author is not to hear."""
    if settings.proposer.feedback == "bit":
        raise UsageError(
            "This run tells its author only what is admitted (proposer.feedback=bit), and a trial would tell figures; "
            "tell the program, or start a run with proposer.feedback=figures."
        )


def best_of(ledger: Sequence[LedgerRow]) -> str | None:
    """The id of the program with the greatest worth, the first of equal ones; None where none has any."""
    rows = [row for row in ledger if row.worth is not None and row.status != "rejected"]
    return max(rows, key=lambda row: row.worth or 0.0).id if rows else None


def report(record: TrialRecord) -> str:
    """What came of a trial, for its author."""
    where = "all queries" if record.part == 0 else f"part {record.part} of the queries"
    if record.mean_delta is None:
        return f"Trial of {record.name} on {where}: {record.verdict}. {record.reason}"
    lines = [
        f"Trial of {record.name} on {where}: delta {_text(record.mean_delta, record.error)}, "
        f"cost {record.cost_ratio or 1.0:.2f}{''.join(f', {flag}' for flag in record.flags)}"
    ]
    if record.gain is not None:
        lines.append(f"  less {record.against} on the same queries: {_text(record.gain, record.gain_error)}")
    lines += [f"  {task} {delta:+.4f}" for task, delta in record.deltas.items()]
    return "\n".join(lines)


def line(record: TrialRecord) -> str:
    """A trial in one line, for briefings."""
    if record.mean_delta is None:
        return f"- for p{record.number}, {record.name}: {record.verdict}"
    gain = "" if record.gain is None else f", {_text(record.gain, record.gain_error)} over the best then"
    where = "all queries" if record.part == 0 else f"part {record.part}"
    return f"- for p{record.number}, {record.name} on {where}: delta {_text(record.mean_delta, record.error)}{gain}"


def _text(value: float, error: float | None) -> str:
    return f"{value:+.4f}" if error is None else f"{value:+.4f} (standard error {error:.4f})"


def _record(tried: Trial, number: int, proposal: Proposal, best: str | None) -> TrialRecord:
    evaluation = tried.evaluation
    failed = evaluation.failure
    gain = tried.gain or PairedGain(0.0, None, "")
    return TrialRecord(
        number=number,
        name=proposal.name,
        source=proposal.source,
        part=tried.part,
        verdict="ok" if failed is None else failed.verdict.value,
        reason="" if failed is None else f"On {failed.task}: {failed.reason}",
        deltas={} if failed else {each.task: each.delta for each in evaluation.outcomes if each.delta is not None},
        mean_delta=evaluation.mean_delta,
        error=tried.delta.error if tried.delta else None,
        cost_ratio=evaluation.cost_ratio,
        against=best if tried.gain else None,
        gain=gain.gain if tried.gain else None,
        gain_error=gain.error,
        flags=list(evaluation.flags),
    )


def _per_query(archive: Archive, program_id: str, measure: str) -> Mapping[str, NDArray[np.float32]]:
    outcomes = archive.program(program_id).record.outcomes
    return {each.task: each.by_measure[measure].per_query for each in outcomes if each.by_measure}
