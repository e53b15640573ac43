"""Between the loop's values and the archive's rows: one direction writes, the other reads; nothing is decided here."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, replace

import numpy as np
from numpy.typing import NDArray

from archive import NDCG_AT_10, OutcomeRecord, ProgramRecord, UsageRecord, document_work
from harness.evaluation.admission import Decision
from harness.evaluation.audited import untested_audits
from harness.evaluation.evaluate import Evaluation
from harness.evaluation.records import outcome_record
from harness.programs.fingerprint import SourceFingerprint
from harness.programs.operations.calls import called_operations
from harness.programs.view import LedgerRow
from harness.proposers.protocol import NoProgram, Proposal
from harness.search.history import Known
from sandbox.contract import Isolation
from sandbox.rules import Violation
from sandbox.verdicts import Verdict

DUPLICATE = "duplicate"
"""The verdict of a program that repeats an earlier one; it is the harness's, not the sandbox's."""
_WHEN_RUN = frozenset(verdict.value for verdict in Verdict) - {Verdict.OK.value}
DOCUMENT_SHARE = 0.5
"""From this share on a program's author is told what does not depend on the query."""


def failed_record(proposal: Proposal, failure: NoProgram, generation: int, hashes: SourceFingerprint) -> ProgramRecord:
    """A proposal that its author could not complete; there may be no source at all."""
    return _record(proposal, generation, hashes, status="rejected", verdict=failure.code, reason=failure.sentence)


def rejected_record(
    proposal: Proposal, generation: int, hashes: SourceFingerprint, violations: Sequence[Violation]
) -> ProgramRecord:
    """A program that broke a static rule and was not run."""
    first = violations[0]
    more = f" ({len(violations) - 1} more)" if len(violations) > 1 else ""
    return _record(
        proposal,
        generation,
        hashes,
        status="rejected",
        verdict=Verdict.STATIC_REJECT.value,
        reason=f"{first.code}, line {first.line}: {first.message}{more}",
        violations=[asdict(violation) for violation in violations],
    )


def duplicate_record(
    proposal: Proposal,
    generation: int,
    hashes: SourceFingerprint,
    reason: str,
    evaluation: Evaluation | None = None,
    isolation: Isolation | None = None,
) -> ProgramRecord:
    """A program that repeats an earlier one, in its source or in its scores."""
    return _record(
        proposal,
        generation,
        hashes,
        status="rejected",
        verdict=DUPLICATE,
        reason=reason,
        evaluation=evaluation,
        isolation=isolation,
    )


def evaluated_record(
    proposal: Proposal,
    generation: int,
    hashes: SourceFingerprint,
    evaluation: Evaluation,
    decision: Decision | None,
    isolation: Isolation,
    hidden: Evaluation | None = None,
    unseen: Evaluation | None = None,
) -> ProgramRecord:
    """A program that was run: admitted, merely evaluated, or rejected by its first failure.

    A failure on a hidden task tells its verdict, but neither the task nor what the program saw of it. A failure on an
    unseen task is in that task's outcome alone.
    """
    if hidden is not None and hidden.failure is not None:
        failed = hidden.failure
        return _record(
            proposal,
            generation,
            hashes,
            status="rejected",
            verdict=failed.verdict.value,
            reason=f"On a hidden task: {failed.verdict.sentence}",
            evaluation=replace(evaluation, mean_delta=None, worth=None, cost_ratio=None),
            isolation=isolation,
            hidden=hidden,
        )
    if evaluation.failure is not None or decision is None:
        failed = evaluation.failure or evaluation.outcomes[0]
        status, verdict, reason = "rejected", failed.verdict.value, f"On {failed.task}: {failed.reason}"
    else:
        status, verdict, reason = "evaluated", Verdict.OK.value, decision.reason
        if decision.admitted:
            status = "admitted"
    return _record(
        proposal,
        generation,
        hashes,
        status=status,
        verdict=verdict,
        reason=reason,
        evaluation=evaluation,
        isolation=isolation,
        hidden=hidden,
        unseen=unseen,
    )


def behaviour_of(evaluation: Evaluation) -> tuple[str, ...] | None:
    """Hashes of a program's score matrices on all tasks; None unless every task ended OK."""
    if evaluation.mean_delta is None:
        return None
    return tuple(outcome.score_hash or "" for outcome in evaluation.outcomes)


def known_from_record(
    program_id: str,
    record: ProgramRecord,
    hidden: frozenset[str] = frozenset(),
    measure: str = NDCG_AT_10,
    price: Callable[[ProgramRecord], float | None] = lambda record: record.cost_ratio,
) -> Known:
    """What the loop remembers of a program; from a fresh record and from the archive it is the same.

    Of the tasks named `hidden` it keeps what admission needs, by the run's `measure`, and nothing where a proposer
    could see it. Its cost ratio is what `price` says.
    """
    searched = [outcome for outcome in record.outcomes if outcome.task not in hidden]
    deltas = {outcome.task: outcome.delta for outcome in searched if outcome.delta is not None}
    complete = record.mean_delta is not None
    judged = [outcome for outcome in record.outcomes if outcome.task in hidden]
    validation = _per_query(judged, measure)
    admitted = record.status == "admitted"
    return Known(
        row=LedgerRow(
            id=program_id,
            name=record.name,
            parents=tuple(record.parents),
            status=record.status,
            reason=record.reason,
            novelty_claim=record.novelty_claim,
            lesson=record.lesson,
            mean_delta=record.mean_delta,
            worth=record.worth,
            cost_ratio=price(record),
            wins=record.wins,
            ties=record.ties,
            losses=record.losses,
            deltas=deltas if complete else {},
            model=record.model,
            cost_usd=_cost(record.usage),
            notes=(*_failures(record.usage), *_notes(searched)),
            expected=record.expected_effect,
            flags=tuple(record.flags),
            untested=untested_audits(record.audits, len(searched)) if complete else (),
            operations=tuple(found.operation for found in called_operations(record.source)),
            index_share=_index_share(searched),
        ),
        source=record.source,
        generation=record.generation,
        verdict=record.verdict,
        exact_hash=record.exact_hash,
        structure_hash=record.structure_hash,
        behaviour=tuple(outcome.score_hash or "" for outcome in searched) if complete else None,
        validation=validation if admitted and validation else None,
        searched=_per_query(searched, measure) if complete else None,
        # One that moves no hidden task, as the cosine itself, could not be admitted, so it spends nothing.
        tested=len(validation) == len(hidden) and any(outcome.delta for outcome in judged),
    )


def _per_query(outcomes: Sequence[OutcomeRecord], measure: str) -> dict[str, NDArray[np.float32]]:
    """Task to a measure per query, where the program ended well."""
    return {outcome.task: found[measure].per_query for outcome in outcomes if (found := outcome.by_measure)}


def _index_share(outcomes: Sequence[OutcomeRecord]) -> float | None:
    """Of the texts that a program asked for, the share that its index did; None where it asked for none."""
    texts = sum(outcome.texts for outcome in outcomes)
    return sum(outcome.index_texts for outcome in outcomes) / texts if texts else None


def _cost(usage: Sequence[UsageRecord]) -> float | None:
    """What a program's calls cost; None where that is not known of every call."""
    costs = [call.cost_usd for call in usage]
    return None if None in costs else sum(cost or 0.0 for cost in costs)


def _record(
    proposal: Proposal,
    generation: int,
    hashes: SourceFingerprint,
    *,
    status: str,
    verdict: str,
    reason: str,
    evaluation: Evaluation | None = None,
    isolation: Isolation | None = None,
    hidden: Evaluation | None = None,
    unseen: Evaluation | None = None,
    violations: Sequence[dict[str, object]] = (),
) -> ProgramRecord:
    evaluation = evaluation or Evaluation((), None, None, None)
    level = isolation.level if isolation else ""
    outcomes = [outcome for each in (evaluation, hidden, unseen) if each for outcome in each.outcomes]
    return ProgramRecord(
        generation=generation,
        name=proposal.name,
        source=proposal.source,
        exact_hash=hashes.exact,
        structure_hash=hashes.structure,
        parents=list(proposal.parents),
        mode=proposal.mode,
        novelty_claim=proposal.novelty_claim,
        expected_effect=proposal.expected_effect,
        lesson=proposal.lesson,
        status=status,
        reason=reason,
        verdict=verdict,
        mean_delta=evaluation.mean_delta,
        unseen_delta=evaluation.unseen_delta,
        unseen_tasks_delta=unseen.mean_delta if unseen else None,
        worth=evaluation.worth,
        cost_ratio=evaluation.cost_ratio,
        wins=evaluation.wins,
        ties=evaluation.ties,
        losses=evaluation.losses,
        outcomes=[outcome_record(outcome, level) for outcome in outcomes],
        usage=list(proposal.usage),
        flags=list(evaluation.flags),
        audits=dict(evaluation.audits),
        violations=list(violations),
        model=proposal.model,
    )


def _failures(calls: Sequence[UsageRecord]) -> list[str]:
    """What became of earlier forms of a program, which failed when they were run and were changed then."""
    told = []
    for at, call in enumerate(calls):
        changed = any(later.purpose == "repair" and later.verdict in (_WHEN_RUN | {"ok"}) for later in calls[at + 1 :])
        if changed and call.verdict in _WHEN_RUN:
            told.append(f"An earlier form of it failed. {Verdict(call.verdict).sentence}")
    return told


def _notes(outcomes: Sequence[OutcomeRecord]) -> tuple[str, ...]:
    work = document_work(outcomes)
    if work is None or work[1] < DOCUMENT_SHARE:
        return ()
    seconds, share = work
    spent = f"{share:.0%} of the {1000 * seconds:.0f} ms that one query takes"
    return (f"{spent} do not depend on the query; index would do that once.",)
