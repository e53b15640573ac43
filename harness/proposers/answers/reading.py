"""From a model's answer to a proposal."""

from harness.programs.view import ProgramView
from harness.proposers.answers.answer import Answer, UnreadableAnswer, parse
from harness.proposers.answers.edit import EditError, apply_edits
from harness.proposers.exchange import Exchange
from harness.proposers.modes import Assignment
from harness.proposers.protocol import Briefing, Proposal
from harness.proposers.verdicts import AnswerVerdict


def read_proposal(exchange: Exchange, briefing: Briefing, assignment: Assignment) -> Proposal:
    """The proposal that an answer makes, without its usage.

    An answer in another form than was asked for is taken as what it is: a whole program is a full rewrite, edits go to
    the parent that was named. Raises UnreadableAnswer with the verdict and a sentence for the model.
    """
    if exchange.verdict is not AnswerVerdict.OK:
        raise UnreadableAnswer(exchange.verdict)
    answer = parse(exchange.text)
    mode, source, parents = _program(answer, briefing, assignment)
    return Proposal(
        source=source,
        name=answer.name or f"Program{briefing.number}",
        parents=parents,
        novelty_claim=answer.claim,
        expected_effect=answer.effect,
        lesson=answer.lesson,
        mode=mode,
    )


def _program(answer: Answer, briefing: Briefing, assignment: Assignment) -> tuple[str, str, tuple[str, ...]]:
    """Mode, source and parents."""
    if answer.is_edit:
        parent = _edited_parent(answer, briefing, assignment)
        try:
            return "diff", apply_edits(parent.source, answer.block), (parent.id,)
        except EditError as error:
            raise UnreadableAnswer(AnswerVerdict.BAD_EDIT, f"Parent {parent.id}: {error}") from error
    if assignment.mode == "crossover":
        return "crossover", answer.block, tuple(view.id for view in assignment.parents)
    known = {row.id for row in briefing.ledger}
    claimed = (_full_id(parent, briefing.run_id) for parent in answer.parents)
    return "full", answer.block, tuple(dict.fromkeys(parent for parent in claimed if parent in known))


def _edited_parent(answer: Answer, briefing: Briefing, assignment: Assignment) -> ProgramView:
    if assignment.mode == "diff":
        return assignment.parents[0]
    shown = {view.id: view for view in (*briefing.frontier, *briefing.parents)}
    for parent in answer.parents:
        if (known := shown.get(_full_id(parent, briefing.run_id))) is not None:
            return known
    raise UnreadableAnswer(AnswerVerdict.BAD_EDIT, "A whole program was asked for, and no parent was named.")


def _full_id(label: str, run_id: str) -> str:
    """The id of a program that a prompt called p7."""
    return f"{run_id}.{label[1:]}" if label.startswith("p") else label
