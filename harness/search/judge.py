"""From a proposal to a record: static rules, novelty, evaluation, admission. The loop and `ttc tell` share it."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

from archive import ProgramRecord
from harness.evaluation.admission import Decision, compute_rule
from harness.evaluation.auditing import audited, closely_audited
from harness.evaluation.evaluate import Evaluation, Outcome
from harness.evaluation.validation import Validation, transfer_rule
from harness.evaluation.workbench import Workbench
from harness.programs.fingerprint import SourceFingerprint, fingerprint
from harness.proposers.protocol import Briefing, Proposal
from harness.search.history import History
from harness.search.recording import (
    behaviour_of,
    duplicate_record,
    evaluated_record,
    failed_record,
    rejected_record,
)
from sandbox import rules

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Considered:
    """A proposal with its place in the run and the fingerprint of its source."""

    proposal: Proposal
    generation: int
    hashes: SourceFingerprint


def consider(
    proposal: Proposal,
    generation: int,
    history: History,
    bench: Workbench,
    *,
    on_outcome: Callable[[Outcome], None] = lambda outcome: None,
    on_event: Callable[[str, str], None] = lambda kind, message: None,
) -> ProgramRecord:
    """Judge a proposal against what `history` knows; nothing is recorded.

    `on_event` gets the kind and the message of what is to be recorded with the program, for people only: it may hold
    numbers of hidden tasks, which no briefing may.
    """
    considered = Considered(proposal, generation, fingerprint(proposal.source))
    if proposal.failure is not None:
        return failed_record(proposal, proposal.failure, generation, considered.hashes)
    violations = rules.check(proposal.source, allow_primitives=bench.settings.program.primitives)
    if violations:
        return rejected_record(proposal, generation, considered.hashes, violations)
    earlier = history.same_source(considered.hashes.exact)
    if earlier is not None:
        return duplicate_record(proposal, generation, considered.hashes, same_source(earlier))
    began = time.monotonic()
    evaluation = bench.evaluator.evaluate(proposal.source, on_outcome=on_outcome)
    ran = time.monotonic()
    if evaluation.failure is None:
        evaluation = audited(evaluation, proposal.source, bench)
    audited_at = time.monotonic()
    record = _judge(considered, evaluation, history, bench, on_event)
    stages = ran - began, audited_at - ran, time.monotonic() - audited_at
    _log.info("%s: run in %.2f s, audited in %.2f s, decided in %.2f s", proposal.name, *stages)
    return record


def screen(source: str, briefing: Briefing, history: History) -> str | None:
    """What `consider` would say before it ran this source, in one sentence; None where it would run it.

    Only programs of the briefing count, so that the answer does not depend on what is recorded meanwhile.
    """
    violations = rules.check(source, allow_primitives=briefing.allow_primitives)
    if violations:
        told = "; ".join(f"line {one.line}: {one.message} ({one.code})" for one in violations[:5])
        return f"It breaks {len(violations)} static rules: {told}."
    earlier = history.same_source(fingerprint(source).exact)
    if earlier is not None and any(row.id == earlier for row in briefing.ledger):
        return same_source(earlier)
    return None


def same_source(earlier: str) -> str:
    """Why a program with the exact hash of an earlier one is turned down."""
    return f"The same program as {earlier}, renamed or reformatted."


def _judge(
    considered: Considered,
    evaluation: Evaluation,
    history: History,
    bench: Workbench,
    on_event: Callable[[str, str], None],
) -> ProgramRecord:
    proposal, generation, hashes = considered.proposal, considered.generation, considered.hashes
    isolation = bench.sandbox.isolation
    behaviour = behaviour_of(evaluation)
    earlier = history.same_behaviour(behaviour) if behaviour else None
    if earlier is not None:
        reason = f"Its scores equal those of {earlier} bit for bit on every task."
        return duplicate_record(proposal, generation, hashes, reason, evaluation, isolation)
    if evaluation.mean_delta is None:
        return evaluated_record(proposal, generation, hashes, evaluation, None, isolation)
    decision: Decision | None = compute_rule(evaluation.mean_delta, history.best_delta)
    hidden = bench.validator.evaluate(proposal.source) if bench.validator else None
    if hidden is not None:
        validation = _validated(hidden, history, bench)
        decision = None
        if validation is not None:
            decision = validation.decision
            on_event("validation", f"Program {len(history) + 1}, {validation.sentence}.")
    kept = decision is not None and decision.admitted
    if kept or history.reaches_frontier(evaluation.cost_ratio or 0.0, evaluation.mean_delta):
        evaluation = closely_audited(evaluation, proposal.source, bench)
    return evaluated_record(proposal, generation, hashes, evaluation, decision, isolation, hidden)


def _validated(hidden: Evaluation, history: History, bench: Workbench) -> Validation | None:
    """What the hidden tasks say; None where the program failed on one."""
    if bench.validator is None or hidden.failure is not None:
        return None
    scores = {outcome.task: outcome.per_query for outcome in hidden.outcomes if outcome.per_query is not None}
    cosine = {task.name: task.baseline for task in bench.validator.tasks}
    return transfer_rule(scores, cosine, history.validated, seed=bench.settings.search.seed)
