"""From a proposal to a record: tried (rules, evaluation, audits), then judged (novelty, admission) in order."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from archive import ProgramRecord
from harness.evaluation.admission import Decision, compute_rule, noise_rule
from harness.evaluation.auditing import audit_closely, evaluate_audited
from harness.evaluation.evaluate import Evaluation, Outcome
from harness.evaluation.paired import paired_gain
from harness.evaluation.validation import Validation, transfer_rule
from harness.evaluation.workbench import Workbench
from harness.programs.fingerprint import SourceFingerprint, fingerprint
from harness.proposers.protocol import Briefing, NoProgram, Proposal
from harness.search.examples import EVENT, event_of, tell_examples
from harness.search.history import History
from harness.search.recording import (
    behaviour_of,
    duplicate_record,
    evaluated_record,
    failed_record,
    rejected_record,
)
from harness.text import counted
from sandbox import Violation, rules
from sandbox.verdicts import Verdict

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Tried:
    """A proposal, and what came of it before anything else of its run was looked at."""

    proposal: Proposal
    generation: int
    hashes: SourceFingerprint
    violations: tuple[Violation, ...] = ()
    evaluation: Evaluation | None = None
    """With its cheap audits; None where the program was not run."""
    hidden: Evaluation | None = None
    """On the hidden tasks; None where they were not asked."""

    @property
    def failure(self) -> NoProgram | None:
        """Why the program failed when it was run, on tasks that its author may hear of; None where it did not."""
        failed = self.evaluation.failure if self.evaluation else None
        if failed is None or failed.verdict is Verdict.HARNESS_ERROR:
            return None
        return NoProgram(failed.verdict.value, f"On {failed.task}: {failed.reason}")


def try_proposal(
    proposal: Proposal,
    generation: int,
    bench: Workbench,
    history: History,
    *,
    among: int | None = None,
    on_outcome: Callable[[Outcome], None] = lambda outcome: None,
) -> Tried:
    """Check a proposal by the static rules and run it; several may be tried at a time.

    What `history` knows already, among its first so many programs where that is told, is not run again. It may grow
    meanwhile: `judge` has the last word, so what comes of a proposal does not depend on what was recorded while it ran.
    """
    tried = Tried(proposal, generation, fingerprint(proposal.source))
    if proposal.failure is not None:
        return tried
    violations = rules.check(proposal.source, allow_primitives=bench.settings.program.primitives)
    if violations:
        return replace(tried, violations=tuple(violations))
    repeated = _repeated(tried, history, bench)
    if repeated is not None and (among is None or _number(repeated[0]) <= among):
        return tried
    began = time.monotonic()
    evaluation = evaluate_audited(proposal.source, bench, on_outcome=on_outcome)
    _log.info("%s: run and audited in %.2f s", proposal.name, time.monotonic() - began)
    behaviour = behaviour_of(evaluation)
    hidden = None
    if (
        bench.validator is not None
        and (evaluation.worth is not None or not bench.validates)
        and behaviour is not None
        and history.same_behaviour(behaviour) is None
    ):
        hidden = bench.validator.evaluate(proposal.source)
    return replace(tried, evaluation=evaluation, hidden=hidden)


def judge(
    tried: Tried,
    history: History,
    bench: Workbench,
    *,
    on_event: Callable[[str, str], None] = lambda kind, message: None,
) -> ProgramRecord:
    """Judge what was tried against what `history` knows, in the order of the programs' numbers; nothing is recorded.

    Where queries are kept apart for its author to read, `history` also learns what the program makes of those.
    `on_event` gets the kind and the message of what is to be recorded with the program, for people only: it may hold
    numbers of hidden tasks, which no briefing may.
    """
    proposal, generation, hashes = tried.proposal, tried.generation, tried.hashes
    for note in proposal.notes:
        on_event("note", f"Program {len(history) + 1}: {note}")
    if proposal.failure is not None:
        return failed_record(proposal, proposal.failure, generation, hashes)
    if tried.violations:
        return rejected_record(proposal, generation, hashes, tried.violations)
    repeated = _repeated(tried, history, bench)
    if repeated is not None or tried.evaluation is None:
        return duplicate_record(proposal, generation, hashes, repeated[1] if repeated else same_source(""))
    for other in sorted({outcome.computing_class for outcome in tried.evaluation.outcomes} - {""}):
        on_event(
            "machine", f"Program {len(history) + 1} ran on machines that compute otherwise than this one: {other}."
        )
    record = _judge_evaluation(tried, tried.evaluation, history, bench, on_event)
    if bench.asides and record.mean_delta is not None and record.status != "rejected":
        text = tell_examples(proposal.source, bench)
        history.shown[len(history) + 1] = text
        on_event(EVENT, event_of(len(history) + 1, text))
    return record


def consider(
    proposal: Proposal,
    generation: int,
    history: History,
    bench: Workbench,
    *,
    on_outcome: Callable[[Outcome], None] = lambda outcome: None,
    on_event: Callable[[str, str], None] = lambda kind, message: None,
) -> ProgramRecord:
    """Try a proposal and judge it at once."""
    tried = try_proposal(proposal, generation, bench, history, on_outcome=on_outcome)
    return judge(tried, history, bench, on_event=on_event)


def screen(source: str, briefing: Briefing, history: History, distinct: bool = True) -> str | None:
    """What `consider` would say before it ran this source, in one sentence; None where it would run it.

    Only programs of the briefing count, so that the answer does not depend on what is recorded meanwhile.
    """
    violations = rules.check(source, allow_primitives=briefing.allow_primitives)
    if violations:
        told = "; ".join(f"line {one.line}: {one.message} ({one.code})" for one in violations[:5])
        return f"It breaks {counted(len(violations), 'static rule')}: {told}."
    repeated = _repeats(fingerprint(source), history, distinct)
    if repeated is not None and any(row.id == repeated[0] for row in briefing.ledger):
        return repeated[1]
    return None


def _repeated(tried: Tried, history: History, bench: Workbench) -> tuple[str, str] | None:
    """The earlier program that one repeats, and that in a sentence."""
    distinct = tried.proposal.distinct and bench.settings.search.variants == "refuse"
    return _repeats(tried.hashes, history, distinct)


def _repeats(hashes: SourceFingerprint, history: History, distinct: bool) -> tuple[str, str] | None:
    earlier = history.same_source(hashes.exact)
    if earlier is not None:
        return earlier, same_source(earlier)
    earlier = history.same_structure(hashes.structure) if distinct else None
    return None if earlier is None else (earlier, same_but_constants(earlier))


def _number(program_id: str) -> int:
    """A program's number in its run."""
    return int(program_id.rpartition(".")[2])


def same_source(earlier: str) -> str:
    """Why a program with the exact hash of an earlier one is turned down."""
    return f"The same program as {earlier}, renamed or reformatted."


def same_but_constants(earlier: str) -> str:
    """Why a program with the structure of an earlier one is turned down."""
    return f"The same program as {earlier} but for constants: change what it does, not only its numbers and texts."


def _judge_evaluation(
    tried: Tried,
    evaluation: Evaluation,
    history: History,
    bench: Workbench,
    on_event: Callable[[str, str], None],
) -> ProgramRecord:
    proposal, generation, hashes = tried.proposal, tried.generation, tried.hashes
    isolation = bench.sandbox.isolation
    behaviour = behaviour_of(evaluation)
    earlier = history.same_behaviour(behaviour) if behaviour else None
    if earlier is not None:
        reason = f"Its scores equal those of {earlier} bit for bit on every task."
        return duplicate_record(proposal, generation, hashes, reason, evaluation, isolation)
    if evaluation.mean_delta is None:
        return evaluated_record(proposal, generation, hashes, evaluation, None, isolation)
    # Unseen tasks decide nothing: they stand in the record, and in nothing that is made of it before.
    hidden, unseen = (tried.hidden, None) if bench.validates else (None, tried.hidden)
    if evaluation.worth is None:
        refused = Decision(False, evaluation.refusal)
        return evaluated_record(proposal, generation, hashes, evaluation, refused, isolation, unseen=unseen)
    decision: Decision | None = _decide(evaluation, evaluation.worth, history, bench)
    if hidden is not None:
        validation = _validate(hidden, history, bench)
        decision = None
        if validation is not None:
            decision = validation.decision
            on_event("validation", f"Program {len(history) + 1}, {validation.sentence}.")
    kept = decision is not None and decision.admitted
    record = evaluated_record(proposal, generation, hashes, evaluation, decision, isolation, hidden, unseen)
    if kept or history.reaches_frontier(history.price(record) or 0.0, evaluation.worth):
        evaluation, hidden = audit_closely(evaluation, hidden, proposal.source, bench)
        return evaluated_record(proposal, generation, hashes, evaluation, decision, isolation, hidden, unseen)
    return record


def _decide(evaluation: Evaluation, worth: float, history: History, bench: Workbench) -> Decision:
    """By what was searched alone."""
    record = history.record
    if bench.settings.search.admission == "record" or record is None or record.searched is None:
        return compute_rule(worth, history.best_worth, bench.goal.objective.label)
    # From values per query as they are recorded, so that a resumed run decides as the unbroken one.
    mine = _per_query(evaluation, bench)
    differences = [
        (mine[task.name].astype(np.float64) - record.searched[task.name])[~task.unseen]
        for task in bench.evaluator.tasks
    ]
    return noise_rule(worth, record.row.worth or 0.0, paired_gain(differences))


def _per_query(evaluation: Evaluation, bench: Workbench) -> dict[str, NDArray[np.float32]]:
    """Task to the searched measure, float32 (Q,)."""
    searched = bench.goal.measures[0].name
    return {outcome.task: outcome.measured[searched].per_query for outcome in evaluation.outcomes}


def _validate(hidden: Evaluation, history: History, bench: Workbench) -> Validation | None:
    """What the hidden tasks say; None where the program failed on one."""
    if bench.validator is None or hidden.failure is not None:
        return None
    cosine = {task.name: task.baseline.per_query for task in bench.validator.tasks}
    return transfer_rule(_per_query(hidden, bench), cosine, history.validated, number=history.tested + 1)
