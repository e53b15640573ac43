"""A model as the author: corrections, limits, records and replays."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from harness.errors import JobError
from harness.proposers.asking import LiveAsker, Model, ReplayAsker
from harness.proposers.exchange import Exchange, Prompt
from harness.proposers.llm import LLMProposer, Novelty
from harness.proposers.prices import OwnPrice
from harness.proposers.prompt import PromptWriter
from harness.proposers.protocol import NoProgram, Proposal
from harness.proposers.spending import CapReached, Spending
from harness.proposers.verdicts import AnswerVerdict
from harness.settings.caps import CapSettings
from harness.settings.proposer import ModeSettings, ProposerSettings
from harness.testing import check_proposer
from tests.harness.proposers.briefings import SOURCE, briefing, view
from tests.harness.proposers.stand_in import USAGE, MemoryStore, ScriptedClient

PRICE = OwnPrice(1.0, 10.0, 0.1, 1.25, "test")
WRITER = PromptWriter("The contract.", budget=20_000)
FULL = ModeSettings(full=1, diff=0, crossover=0)


def answer(n: int = 42, name: str = "Bold") -> str:
    return f"NAME: {name}\nPARENTS: p3, p99\nCLAIM: c\nEFFECT: e\nLESSON: l\n```python\n{SOURCE.format(n=n)}```\n"


class Bench:
    """An LLMProposer over a scripted model, with everything around it at hand."""

    def __init__(
        self,
        answers: Sequence[str | Exchange] | Callable[[Prompt], str | Exchange],
        *,
        caps: CapSettings | None = None,
        store: MemoryStore | None = None,
        settings: dict[str, Any] | None = None,
        **parts: Any,
    ) -> None:
        self.client = ScriptedClient(answers)
        self.store = store or MemoryStore()
        self.spending = Spending(caps or CapSettings(), self.store.charged())
        asker = LiveAsker({"m": Model(self.client, PRICE, 1000)}, self.store, self.spending)
        chosen: dict[str, Any] = {"modes": FULL, "attempts": 3, **(settings or {})}
        self.settings = ProposerSettings(**chosen)
        self.proposer = LLMProposer(asker, WRITER, self.settings, choose=lambda told: "m", **parts)

    def propose(self, rows: int = 10) -> Proposal:
        return self.proposer.propose(briefing(rows))


def test_a_good_answer_is_a_proposal() -> None:
    proposal = Bench([answer()]).propose()
    assert (proposal.source, proposal.name, proposal.mode) == (SOURCE.format(n=42), "Bold", "full")
    assert proposal.parents == ("run-x.3",)  # p99 is unknown
    assert (proposal.novelty_claim, proposal.expected_effect, proposal.lesson) == ("c", "e", "l")
    assert (proposal.model, proposal.failure) == ("m", None)
    assert [u.cost_usd for u in proposal.usage] == [pytest.approx((100 * 1 + 10 * 10) / 1e6)]


def test_it_keeps_the_contract_and_repeats_what_it_recorded() -> None:
    check_proposer(Bench(lambda prompt: answer()).proposer)


BAD = [
    (Exchange("", AnswerVerdict.REFUSED, "refusal", USAGE), AnswerVerdict.REFUSED),
    (Exchange("def", AnswerVerdict.CUT_OFF, "max_tokens", USAGE), AnswerVerdict.CUT_OFF),
    (Exchange("", AnswerVerdict.EMPTY, "end_turn", USAGE), AnswerVerdict.EMPTY),
    (Exchange("a", AnswerVerdict.INTERRUPTED, "", USAGE), AnswerVerdict.INTERRUPTED),
    ("I would rather talk about it.", AnswerVerdict.NO_PROGRAM),
    ("```python\n```", AnswerVerdict.NO_PROGRAM),
    (answer().replace("def rerank", "from p99 import idea\n\n\ndef rerank"), AnswerVerdict.BAD_IMPORT),
    ("```diff\n<<<<<<< SEARCH\nx\n=======\ny\n>>>>>>> REPLACE\n```", AnswerVerdict.BAD_EDIT),
]


@pytest.mark.parametrize(("bad", "verdict"), BAD)
def test_a_bad_answer_is_told_and_asked_again_and_paid(bad: str | Exchange, verdict: AnswerVerdict) -> None:
    bench = Bench([bad, answer()])
    proposal = bench.propose()
    assert proposal.failure is None
    assert [u.verdict for u in proposal.usage] == [verdict.value, "ok"]
    assert verdict.sentence in bench.client.prompts[1].body
    assert bench.spending.spent.dollars == pytest.approx(2 * 200 / 1e6)


@pytest.mark.parametrize(("bad", "verdict"), BAD)
def test_the_last_bad_answer_is_the_generations_verdict(bad: str | Exchange, verdict: AnswerVerdict) -> None:
    proposal = Bench([bad] * 3).propose()
    assert proposal.source == ""
    assert proposal.failure is not None
    assert proposal.failure.code == verdict.value
    assert verdict.sentence in proposal.failure.sentence
    assert len(proposal.usage) == 3


def test_edits_are_applied_to_the_assigned_parent() -> None:
    edits = "NAME: Edit\n```diff\n<<<<<<< SEARCH\n    return sim + 3\n=======\n    return sim * 3\n>>>>>>> REPLACE\n```"
    proposal = Bench([edits], settings={"modes": ModeSettings(0, 1, 0)}).propose()
    assert (proposal.mode, proposal.parents) == ("diff", ("run-x.3",))
    assert "return sim * 3" in proposal.source


def test_an_edit_that_does_not_apply_is_never_a_copy_of_its_parent() -> None:
    edits = "```diff\n<<<<<<< SEARCH\n    return sims + 3\n=======\n    return sim * 3\n>>>>>>> REPLACE\n```"
    bench = Bench([edits] * 3, settings={"modes": ModeSettings(0, 1, 0)})
    proposal = bench.propose()
    assert proposal.source == ""
    assert proposal.failure == NoProgram(
        "bad-edit",
        "The edit could not be applied to its parent. Parent run-x.3: Edit 1 does not apply: the line "
        "'    return sims + 3' is not in the parent; line 2 is '    return sim + 3'.",
    )


def test_a_crossover_has_both_parents() -> None:
    bench = Bench([answer().replace("PARENTS: p3, p99\n", "")], settings={"modes": ModeSettings(0, 0, 1)})
    proposal = bench.propose()
    assert (proposal.mode, proposal.parents) == ("crossover", ("run-x.3", "run-x.7"))
    assert "Unite programs p3 and p7" in bench.client.prompts[0].body


def test_what_the_loop_would_turn_down_is_told_before() -> None:
    bench = Bench(
        [answer(1), answer(2)], screen=lambda source, told: "Line 2 uses a literal." if "+ 1" in source else None
    )
    proposal = bench.propose()
    assert "sim + 2" in proposal.source
    assert [u.verdict for u in proposal.usage] == ["unusable", "ok"]
    assert "Line 2 uses a literal." in bench.client.prompts[1].body


def test_a_last_answer_that_the_loop_will_turn_down_is_left_to_the_loop() -> None:
    proposal = Bench([answer()] * 3, screen=lambda source, told: "No.").propose()
    assert proposal.failure is None
    assert proposal.source == SOURCE.format(n=42)


def test_similar_code_is_turned_down_unless_the_judge_says_novel() -> None:
    similar = Novelty(lambda source, told: view(7))
    proposal = Bench([answer()] * 3, novelty=similar).propose()
    assert proposal.failure == NoProgram("too-similar", "The program is too similar to run-x.7 (Program7).")

    judged = Novelty(lambda source, told: view(7), judged=True)
    bench = Bench([answer(1), "NOT_NOVEL: it adds a constant.", answer(2), "NOVEL: it sorts."], novelty=judged)
    proposal = bench.propose()
    assert (proposal.failure, "sim + 2" in proposal.source) == (None, True)
    assert [(u.purpose, u.verdict) for u in proposal.usage] == [
        ("proposal", "too-similar"),
        ("judge", "ok"),
        ("proposal", "ok"),
        ("judge", "ok"),
    ]
    assert "it adds a constant" in bench.client.prompts[2].body


def test_a_recorded_answer_is_never_asked_for_again() -> None:
    first = Bench(["nothing", answer()])
    proposal = first.propose()
    again = Bench([], store=first.store)
    assert again.propose() == proposal
    assert again.client.prompts == []
    assert again.spending.spent == first.spending.spent


def test_a_caller_killed_between_attempts_goes_on_with_the_next() -> None:
    first = Bench(["nothing", answer()])
    whole = first.propose()
    del first.store.recorded[11, "answer/1"]
    again = Bench([answer()], store=first.store)
    assert again.propose() == whole
    assert len(again.client.prompts) == 1


def test_another_request_is_another_exchange() -> None:
    first = Bench([answer()])
    first.propose(10)
    changed = Bench([answer(5)], store=first.store, settings={"ideas": []})
    changed.proposer._writer = PromptWriter("Another contract.", budget=20_000)
    changed.propose(10)
    assert len(changed.client.prompts) == 1


def test_a_replay_gives_the_recorded_answers_without_a_model() -> None:
    first = Bench(["nothing", answer()])
    proposal = first.propose()
    copy = MemoryStore()
    replay = LLMProposer(ReplayAsker(first.store, copy), WRITER, first.settings, choose=lambda told: "m")
    assert replay.propose(briefing()) == proposal
    assert copy.recorded == first.store.recorded
    with pytest.raises(JobError, match="no recorded answer for answer/0 of program 12"):
        replay.propose(briefing(11))


def test_a_replay_under_a_stricter_check_ends_with_what_there_is() -> None:
    first = Bench([answer()])
    first.propose()
    asker = ReplayAsker(first.store, MemoryStore())
    replay = LLMProposer(asker, WRITER, first.settings, choose=lambda told: "m", screen=lambda source, told: "No.")
    assert replay.propose(briefing()).source == SOURCE.format(n=42)


def test_a_cap_stops_before_the_call() -> None:
    bench = Bench([answer(), answer()], caps=CapSettings(dollars=0.0125))
    bench.propose(10)
    with pytest.raises(CapReached):
        bench.propose(11)
    assert len(bench.client.prompts) == 1
    assert bench.spending.spent.dollars <= 0.0125


def test_uncounted_calls_are_charged_at_their_most() -> None:
    uncounted = Exchange(answer(), AnswerVerdict.OK, "", USAGE.__class__("stand-in", "m"))
    bench = Bench([uncounted])
    proposal = bench.propose()
    assert proposal.usage[0].cost_usd is None
    assert bench.spending.spent.dollars > 1000 * 10 / 1e6


def test_notes_are_written_every_so_many_programs_and_told() -> None:
    def model(prompt: Prompt) -> str:
        return "Fuse channels." if "No program this time" in prompt.body else answer()

    bench = Bench(model, settings={"notes_every": 4})
    for rows in range(1, 9):
        bench.propose(rows)
    asked = [("Fuse channels." in p.body, "No program this time" in p.body) for p in bench.client.prompts]
    assert asked[:2] == [(False, False)] * 2  # programs 2 and 3
    assert asked[2] == (False, True)  # the notes before program 4
    assert asked[3:7] == [(True, False)] * 4
    assert asked[7] == (True, True)  # the notes before program 8 start from the last ones


def test_the_control_is_told_nothing() -> None:
    bench = Bench(["nothing", answer()], settings={"memory": False, "notes_every": 1, "modes": ModeSettings(0, 1, 0)})
    assert bench.propose().mode == "full"
    first, second = bench.client.prompts
    assert (
        second.body == f"{first.body.rstrip()} This is attempt 2 at it.\n"
    )  # an equal question may get an equal answer
    assert "p3" not in first.body


FAILURE = NoProgram("exception", "On small: ZeroDivisionError: division by zero, line 2.")
EDIT = (
    "NAME: Fixed\nPARENTS: p7\n```diff\n<<<<<<< SEARCH\n    return sim + 42\n=======\n    return sim * 42\n"
    ">>>>>>> REPLACE\n```"
)


def test_a_program_that_failed_when_run_is_changed_by_edits_to_itself() -> None:
    bench = Bench([answer(), EDIT])
    proposal = bench.propose()
    repaired = bench.proposer.repair(briefing(10), proposal, FAILURE, 0)
    assert repaired.source == SOURCE.format(n=42).replace("+", "*")
    assert (repaired.name, repaired.parents) == ("Bold", ("run-x.3", "run-x.7"))
    assert [(u.purpose, u.step, u.verdict) for u in repaired.usage] == [
        ("proposal", "answer/0", "exception"),
        ("repair", "repair/0", "ok"),
    ]
    told = bench.client.prompts[1].body
    assert "division by zero, line 2" in told and "   2 |     return sim + 42" in told
    again = Bench([], store=bench.store)
    assert again.proposer.repair(briefing(10), again.propose(), FAILURE, 0) == repaired
    assert again.client.prompts == []


@pytest.mark.parametrize(("fix", "verdict"), [("I give up.", "no-program"), (answer(43), "unusable")])
def test_a_repair_that_cannot_be_used_leaves_the_program_as_it_is_and_is_paid(fix: str, verdict: str) -> None:
    bench = Bench([answer(), fix], screen=lambda source, told: "No." if "43" in source else None)
    proposal = bench.propose()
    repaired = bench.proposer.repair(briefing(10), proposal, FAILURE, 0)
    assert repaired.source == proposal.source
    assert [u.verdict for u in repaired.usage] == ["exception", verdict]


def test_the_control_repairs_nothing_and_a_replay_only_what_was_repaired() -> None:
    control = Bench([answer()], settings={"memory": False})
    assert control.proposer.repair(briefing(10), control.propose(), FAILURE, 0).source == SOURCE.format(n=42)
    recorded = Bench([answer()])
    recorded.propose()
    replay = LLMProposer(ReplayAsker(recorded.store, MemoryStore()), WRITER, recorded.settings, choose=lambda told: "m")
    assert replay.repair(briefing(10), replay.propose(briefing(10)), FAILURE, 0).source == SOURCE.format(n=42)


def test_a_correction_shows_the_answer_and_what_was_wrong_before() -> None:
    bench = Bench(
        ["nothing", answer(1), answer(2)], screen=lambda source, told: "Line 2 adds." if "+ 1" in source else None
    )
    bench.propose()
    second, third = (prompt.body for prompt in bench.client.prompts[1:])
    assert "   1 | nothing" in second and "attempt 2 of 3" in second
    assert "   2 |     return sim + 1" in third and "1. There is no program in the answer." in third


def test_an_unreadable_judgment_is_told_and_not_taken_for_novel() -> None:
    judged = Novelty(lambda source, told: view(7), judged=True)
    proposal = Bench([answer(1), "Hard to say."] * 3, novelty=judged).propose()
    assert proposal.failure is not None and "could not be judged" in proposal.failure.sentence
    assert [u.verdict for u in proposal.usage] == ["too-similar", "unjudged"] * 3


def test_notes_are_told_without_the_thinking_before_them() -> None:
    def model(prompt: Prompt) -> str:
        return "<think>Hm.</think>Fuse." if "No program this time" in prompt.body else answer()

    bench = Bench(model, settings={"notes_every": 4})
    bench.propose(3)
    assert "# Notes\n\nFuse." in bench.client.prompts[-1].body
