"""What a replay does where the new run is not the one that was recorded."""

from dataclasses import replace

import pytest

from archive import ProgramRecord, UsageRecord
from harness.programs.view import ProgramView
from harness.proposers.asking import NoAnswer, ReplayAsker
from harness.proposers.exchange import Exchange, Prompt
from harness.proposers.llm import LLMProposer
from harness.proposers.record import RecordedExchange
from harness.proposers.replay import Replay
from harness.proposers.telling import told_waits
from harness.proposers.verdicts import AnswerVerdict
from harness.settings.proposer import ModeSettings, ProposerSettings
from tests.harness.proposers.briefings import briefing
from tests.harness.proposers.stand_in import USAGE, MemoryStore
from tests.harness.proposers.test_llm import WRITER

SETTINGS = ProposerSettings(kind="replay", modes=ModeSettings(full=0, diff=1, crossover=0), attempts=1)
PARENT = "def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):\n    return sim * 3\n"
CHILD = PARENT.replace("* 3", "* 4")
EDIT = "NAME: Four\n\n```\n<<<<<<< SEARCH\n    return sim * 3\n=======\n    return sim * 4\n>>>>>>> REPLACE\n```\n"


def record(source: str, **fields: object) -> ProgramRecord:
    made = ProgramRecord(1, "P", source, "", "", [], "full", "", "", "", "evaluated", "ok", "fine", usage=[USAGE])
    return replace(made, **fields)  # type: ignore[arg-type]


def replayed(recorded: dict[int, ProgramRecord], answer: str | None = None) -> Replay:
    source = MemoryStore()
    if answer is not None:
        exchange = Exchange(answer, AnswerVerdict.OK, "stop", UsageRecord("p", "m"))
        source.record(RecordedExchange(briefing().number, "answer/0", "m", "", exchange), Prompt("", ""))
    model = LLMProposer(ReplayAsker(source, MemoryStore()), WRITER, SETTINGS, choose=lambda told: "m")
    return Replay(model, SETTINGS, recorded)


def test_an_edit_is_applied_to_the_parent_that_it_was_written_for() -> None:
    number = briefing().number
    recorded = {3: record(PARENT), number: record(CHILD, mode="diff", parents=["old.3"])}
    stranger = ProgramView(f"{briefing().run_id}.2", "Other", "def rerank():\n    pass\n", None, None)
    proposal = replayed(recorded, EDIT).propose(replace(briefing(), parents=(stranger,)))
    assert (proposal.source, proposal.failure) == (CHILD, None)
    assert proposal.parents == (f"{briefing().run_id}.3",)


def test_a_program_that_no_model_wrote_is_told_again() -> None:
    number = briefing().number
    told = record(CHILD, usage=[], parents=["old.1"], lesson="patience")
    proposal = replayed({number: told}).propose(briefing())
    assert (proposal.source, proposal.lesson, proposal.failure) == (CHILD, "patience", None)
    assert proposal.parents == (f"{briefing().run_id}.1",)


def test_where_no_answer_was_recorded_the_program_takes_its_place_and_that_is_said() -> None:
    heard: list[str] = []
    with told_waits(heard.append):
        proposal = replayed({briefing().number: record(CHILD)}).propose(briefing())
    assert proposal.source == CHILD
    assert len(heard) == 1 and "has no recorded answer" in heard[0]


def test_an_answer_that_is_no_longer_read_gives_way_to_its_program() -> None:
    heard: list[str] = []
    with told_waits(heard.append):
        proposal = replayed({briefing().number: record(CHILD)}, "nothing to read").propose(briefing())
    assert (proposal.source, proposal.failure) == (CHILD, None)
    assert len(heard) == 1 and "no longer read" in heard[0]


def test_a_number_beyond_the_run_has_no_answer() -> None:
    with pytest.raises(NoAnswer):
        replayed({}).propose(briefing())
