"""The simulated author of `scripts/bench_author.py` reads real prompts, and is guided by nothing else."""

import random
from dataclasses import replace

import pytest

from harness.programs.view import Gain, LedgerRow
from harness.proposers.correcting import trial_told
from harness.proposers.exchange import Prompt
from harness.proposers.load import prompt_writer
from harness.proposers.modes import assign
from harness.proposers.recombine import SEED_GENOMES
from harness.proposers.recombine.genome import parse
from harness.settings import compose
from scripts.author.reading import read
from scripts.author.stand_in import CANDIDATES, NOBODY, Author, candidates
from tests.harness.proposers.briefings import briefing

FUSED, LEAD = "cosine+lexical-zscore", "cosine+lead-rrf"
ROWS = (
    LedgerRow("r.1", "identity", (), "admitted", "", "", "", 0.0, 1.0, 0, 2, 0, {"a": 0.0, "b": 0.0}),
    LedgerRow(
        "r.2", FUSED, ("r.1",), "admitted", "", "", "", 0.08, 1.0, 2, 0, 0, {"a": 0.1, "b": 0.06}, worth=0.08,
        errors={"a": 0.03, "b": 0.04}, gain=Gain("r.1", 0.08, 0.01, 0.1, "2 tasks"), operations=("lexical match",),
    ),
    LedgerRow(
        "r.3", LEAD, ("r.1",), "evaluated", "", "", "", -0.03, 1.5, 0, 0, 2, {"a": -0.02, "b": -0.04}, worth=-0.03,
        errors={"a": 0.03, "b": 0.04}, gain=Gain("r.1", -0.03, -0.1, 0.0, "2 tasks"),
        operations=("reciprocal rank fusion",),
    ),
    LedgerRow("r.4", "cosine+swapped-mnz", ("r.1",), "rejected", "It ran out of time.", "", "", None, None, 0, 0, 0),
)  # fmt: skip


def prompt(evidence: str, looked: str = "") -> Prompt:
    settings = compose(["proposer=anthropic", f"proposer.evidence={evidence}", "proposer.trials=2"])
    told = replace(briefing(0, parents=(), frontier=()), run_id="r", number=5, ledger=ROWS)
    return prompt_writer(settings).proposal(told, assign(told, settings.proposer.modes), looked=looked)


@pytest.mark.parametrize("evidence", ["none", "figures"])
def test_what_stands_in_a_prompt_is_read_and_nothing_else(evidence: str) -> None:
    reading = read(prompt(evidence).body, trials=True)
    assert reading.number == 5 and reading.may_try and reading.looked is None
    assert [each.delta for each in reading.programs] == [0.0, 0.08, -0.03]
    assert reading.tried == {SEED_GENOMES["identity"], *map(parse, (FUSED, LEAD, "cosine+swapped-mnz"))}
    assert [each.error > 0 for each in reading.programs[1:]] == [evidence == "figures"] * 2
    gains = {"lexical match": 0.08 / 3, "reciprocal rank fusion": -0.03 / 3} if evidence == "figures" else {}
    assert reading.effects == pytest.approx(gains)


def test_told_effects_order_the_candidates_and_nothing_told_leaves_them_as_drawn() -> None:
    def chosen(evidence: str) -> list[str]:
        reading = read(prompt(evidence).body, trials=False)
        found = candidates(replace(reading, programs=reading.programs[:1]), random.Random(3))
        assert set(found.values()) <= {"p1", NOBODY} and "p1" in found.values()
        return [each.name for each in found]

    drawn, ordered = chosen("none"), chosen("figures")
    assert len(drawn) == CANDIDATES and set(drawn) == set(ordered) and drawn != ordered
    assert "lexical" in ordered[0] and "lexical" not in ordered[-1]


def test_a_trial_that_lost_sends_the_author_to_the_next_program_and_one_that_won_is_answered() -> None:
    def answer(text: str) -> list[str]:
        content = [{"type": "text", "text": text}]
        body = {"system": [{"text": "rules", "cache_control": {}}], "messages": [{"content": content}]}
        return Author(0, trials=True).script(body, 0).text.splitlines()

    asked = answer(prompt("figures").body)
    assert asked[5].startswith("TRIAL: ")
    name = asked[0].removeprefix("NAME: ")
    for gain in ("-0.0200", "+0.0200"):
        report = f"Trial of {name} on part 1 of the queries: delta +0.01\n  less r.2 on the same queries: {gain}"
        told = answer(prompt("figures", trial_told(report, "x = 1\n", 0, 2)).body)
        last = answer(prompt("figures", trial_told(report, "x = 1\n", 1, 2)).body)
        assert (told[0] == asked[0]) == (last[0] == asked[0]) == gain.startswith("+")
        assert told[5].startswith("TRIAL: ") == gain.startswith("-")
        assert not last[5].startswith("TRIAL: ")


def test_tokens_up_to_a_breakpoint_are_read_from_the_cache_the_second_time() -> None:
    body = {"system": [{"text": "rules " * 50, "cache_control": {}}], "messages": [{"content": prompt("none").body}]}
    author = Author(0, trials=False)
    first, second = (author.script(body, 0).used for _ in range(2))
    assert first["write"] == second["read"] > 0 == first["read"] == second["write"]
    assert first["input"] == second["input"] > first["write"]
