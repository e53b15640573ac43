"""From a model's answer to a proposal."""

from collections.abc import Iterator

from harness.programs.borrow import BorrowError, borrow
from harness.programs.view import ProgramView
from harness.proposers.answers.answer import Answer, UnreadableAnswer, parse
from harness.proposers.answers.edit import apply_edits
from harness.proposers.answers.marks import EditError
from harness.proposers.answers.repair import repair
from harness.proposers.by_name import find_id, find_program
from harness.proposers.exchange import Exchange
from harness.proposers.modes import Assignment
from harness.proposers.protocol import Briefing, Proposal
from harness.proposers.verdicts import AnswerVerdict

DRAFT = ""
"""The id of a program that is none yet: one that its author is asked to fix. Edits go to it first."""


def read_proposal(exchange: Exchange, briefing: Briefing, assignment: Assignment) -> Proposal:
    """The proposal that an answer makes, without its usage.

    What the answer says is believed: an answer in another form than was asked for is taken as what it is, edits go to
    the program that is named, and the parents are those it names. Imports from programs of the run are replaced by
    their code. Raises UnreadableAnswer with the verdict and a sentence for the model.
    """
    if exchange.verdict is not AnswerVerdict.OK:
        raise UnreadableAnswer(exchange.verdict, block=exchange.text)
    answer = parse(exchange.text)
    named = _named(answer, briefing)
    notes = answer.notes
    if answer.is_edit:
        parent, source = _edited(answer, briefing, assignment)
        source, repaired = repair(source)
        mode, parents, notes = "diff", (parent.id, *named), (*notes, *repaired)
    else:
        mode, source = ("full" if assignment.mode == "diff" else assignment.mode), answer.block
        parents = named if answer.parents or mode != "crossover" else tuple(view.id for view in assignment.parents)
        if mode == "crossover" and len(parents) < 2:
            mode = "full"  # it unites nothing
    source, lenders = borrowed(source, briefing, answer.block)
    known = {row.id for row in briefing.ledger} | {view.id for view in assignment.parents}
    return Proposal(
        source=source,
        name=answer.name or f"Program{briefing.number}",
        parents=tuple(dict.fromkeys(one for one in (*parents, *lenders) if one in known and one != DRAFT)),
        novelty_claim=answer.claim,
        expected_effect=answer.effect,
        lesson=answer.lesson,
        mode=mode,
        notes=tuple(f"In its answer: {note}." for note in notes),
        distinct=True,
        trial=answer.trial,
    )


def _named(answer: Answer, briefing: Briefing) -> tuple[str, ...]:
    """Ids of the parents that the answer names, as far as the ledger has them."""
    found = (find_id(word, briefing) for word in answer.parents)
    return tuple(dict.fromkeys(one for one in found if one is not None))


def _edited(answer: Answer, briefing: Briefing, assignment: Assignment) -> tuple[ProgramView, str]:
    """The program that edits change, and what they make of it: the first to which they apply of those it may mean."""
    parents = list(dict.fromkeys(_editable(answer, briefing, assignment)))
    if not parents:
        raise UnreadableAnswer(
            AnswerVerdict.BAD_EDIT,
            "No program of this run is named that they could change; name it after PARENTS.",
            answer.block,
        )
    errors: list[str] = []
    for parent in parents:
        try:
            return parent, apply_edits(parent.source, answer.block)
        except EditError as error:
            errors.append(f"Parent {parent.id}: {error}" if parent.id else str(error))
    raise UnreadableAnswer(AnswerVerdict.BAD_EDIT, errors[0], answer.block)


def _editable(answer: Answer, briefing: Briefing, assignment: Assignment) -> Iterator[ProgramView]:
    """What edits may change, likeliest first: what the diff names, the assigned parent if it is named, the others."""
    named = [view for word in answer.parents if (view := find_program(word, briefing)) is not None]
    assigned = assignment.parents[:1] if assignment.mode == "diff" else ()
    if answer.edited and (view := find_program(answer.edited, briefing)) is not None:
        yield view
    ids = {view.id for view in named}
    yield from (view for view in assigned if not ids or view.id in ids or view.id == DRAFT)
    yield from named
    yield from assigned


def borrowed(source: str, briefing: Briefing, block: str = "") -> tuple[str, tuple[str, ...]]:
    """The source with imports from programs of the run replaced by their code, and the ids of those programs.

    Raises UnreadableAnswer where there is no such program or name.
    """
    try:
        return borrow(source, lambda word: find_program(word, briefing))
    except BorrowError as error:
        raise UnreadableAnswer(AnswerVerdict.BAD_IMPORT, str(error), block or source) from error
