"""A run's recorded answers, given again to a new run: for tests, for readers, and for a changed evaluator.

Answers are read as they were the first time, edits against the parents that they were written for. Where there is no
answer, or a changed evaluator asks for one more, the program that was recorded takes its place.
"""

from collections.abc import Mapping
from dataclasses import replace

from archive import Archive, ProgramRecord
from harness.errors import UsageError
from harness.programs.view import ProgramView
from harness.proposers.asking import NoAnswer
from harness.proposers.llm import LLMProposer
from harness.proposers.modes import assignment
from harness.proposers.patience import told
from harness.proposers.protocol import Briefing, NoProgram, Proposal
from harness.proposers.verdicts import AnswerVerdict
from harness.settings import Settings, from_record
from harness.settings.proposer import ProposerSettings

NO_ANSWERS = frozenset(AnswerVerdict) - {AnswerVerdict.OK}


class Replay:
    """Proposes what a run has recorded. `recorded` is its programs by their number."""

    name = "replay"

    def __init__(self, model: LLMProposer, settings: ProposerSettings, recorded: Mapping[int, ProgramRecord]) -> None:
        self._model = model
        self._settings = settings
        self._recorded = recorded

    def propose(self, briefing: Briefing) -> Proposal:
        """Raises NoAnswer for a number that the run does not hold."""
        record = self._recorded.get(briefing.number)
        if record is not None and not record.usage:
            return _as_recorded(record, briefing)  # told by somebody, or written without a model
        try:
            proposal = self._model.propose(self._with_parent(briefing, record))
        except NoAnswer as missing:
            if record is None:
                raise
            told.warning("%s Its recorded program takes the place.", missing)
            return _as_recorded(record, briefing)
        if record is None or proposal.failure is None or record.verdict in NO_ANSWERS or not record.source:
            return proposal
        told.warning(
            "The recorded answer for program %d is no longer read as a program (%s); its recorded program takes the "
            "place.",
            briefing.number,
            proposal.failure.sentence,
        )
        return replace(_as_recorded(record, briefing), usage=proposal.usage, model=proposal.model)

    def repair(self, briefing: Briefing, proposal: Proposal, failure: NoProgram, attempt: int) -> Proposal:
        """The recorded repair of a program that failed when it was run; the program as it is where there is none."""
        record = self._recorded.get(briefing.number)
        if record is not None and not record.usage:
            return proposal
        return self._model.repair(self._with_parent(briefing, record), proposal, failure, attempt)

    def _with_parent(self, briefing: Briefing, record: ProgramRecord | None) -> Briefing:
        """The briefing with the parent that a recorded edit was written against in place of its own."""
        assigned = assignment(briefing, self._settings)
        if record is None or record.mode != "diff" or assigned.mode != "diff" or not record.parents:
            return briefing
        number = _number(record.parents[0])
        edited = self._recorded.get(number)
        if edited is None or edited.source == assigned.parents[0].source:
            return briefing
        view = ProgramView(f"{briefing.run_id}.{number}", edited.name, edited.source, None, None)
        return replace(briefing, parents=(view, *briefing.parents[1:]))


def _as_recorded(record: ProgramRecord, briefing: Briefing) -> Proposal:
    failed = record.verdict in NO_ANSWERS or not record.source
    return Proposal(
        source=record.source,
        name=record.name,
        parents=tuple(f"{briefing.run_id}.{_number(parent)}" for parent in record.parents),
        novelty_claim=record.novelty_claim,
        expected_effect=record.expected_effect,
        lesson=record.lesson,
        mode=record.mode,
        model=record.model,
        failure=NoProgram(record.verdict, record.reason) if failed else None,
    )


def _number(program_id: str) -> int:
    return int(program_id.rpartition(".")[2])


def recorded_by_number(archive: Archive, run_id: str) -> dict[int, ProgramRecord]:
    """A run's programs by their number."""
    return {_number(program.id): program.record for program in archive.programs(run_id)}


def with_replayed(settings: Settings, archive: Archive) -> Settings:
    """For proposer=replay, the settings that decide what is asked, as the replayed run has them; else unchanged.

    Encoder, tasks and sandbox stay as they are given, and there are as many generations as were recorded. Raises
    UsageError where no run is named, or one without a generation.
    """
    proposer = settings.proposer
    if proposer.kind != "replay":
        return settings
    if not proposer.run:
        raise UsageError("proposer=replay needs proposer.run=ID; `ttc runs` lists the runs of an archive.")
    run_id = archive.resolve_run(proposer.run)
    recorded = from_record(archive.run(run_id).record.config)
    generations = max((each.generation for each in recorded_by_number(archive, run_id).values()), default=0)
    if not generations:
        raise UsageError(f"Run {run_id} has no recorded generation to replay.")
    return replace(
        settings,
        proposer=replace(recorded.proposer, kind="replay", run=run_id),
        search=replace(recorded.search, generations=generations),
        program=recorded.program,
    )
