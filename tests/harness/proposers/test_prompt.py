"""What a model is told: everything that belongs in it, within the budget, the same each time."""

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.proposers.ledger_text import fit_ledger
from harness.proposers.modes import Assignment, assign
from harness.proposers.prompt import PromptWriter, prefix
from harness.proposers.tokens import count
from harness.settings import ProgramSettings, SearchSettings
from harness.settings.proposer import ModeSettings
from tests.harness.proposers.briefings import briefing, row, view

PREFIX = prefix(
    SearchSettings(objective="compute"), ProgramSettings(), taboos=["no randomness"], modules=["math", "numpy"]
)
WRITER = PromptWriter(PREFIX, budget=20_000, ideas=["try BM25"])
FULL = Assignment("full")


def test_the_prefix_carries_contract_taboos_modules_and_primitives() -> None:
    for part in ("def rerank(", "- no randomness", "math, numpy.", "reciprocal_rank_fusion(", "spend compute"):
        assert part in PREFIX
    bare = prefix(SearchSettings(objective="transfer"), ProgramSettings(primitives=False), taboos=[], modules=["math"])
    assert "reciprocal_rank_fusion" not in bare
    assert " at 0x" not in PREFIX
    assert "Objective: transfer" in bare


@pytest.mark.parametrize(
    ("transductive", "says"),
    [("refuse", "is rejected. Take statistics"), ("flag", "is flagged for it"), ("allow", "of the batch. Queries")],
)
def test_the_prefix_says_what_the_other_queries_may_be_used_for(transductive: str, says: str) -> None:
    told = prefix(SearchSettings(), ProgramSettings(transductive=transductive), taboos=[], modules=["math"])
    assert says in told and "$" not in told


def test_the_prefix_is_the_same_for_every_program_and_comes_first() -> None:
    prompts = [WRITER.proposal(briefing(rows), FULL) for rows in (0, 10, 11)]
    assert {prompt.prefix for prompt in prompts} == {PREFIX}
    assert len({prompt.body for prompt in prompts}) == 3


def test_the_body_carries_ledger_frontier_parents_failures_ideas_and_notes() -> None:
    body = WRITER.proposal(briefing(), Assignment("diff", (view(3),)), notes="mix channels", correction="No code.").body
    for part in (
        "p4 Program4: evaluated, delta +0.0040, cost 1.40, w/t/l 4/1/2; parents p3",
        "per task: law +0.0040, docs +0.0080",
        "claim-4",
        "lesson-4",
        "## p9 Program9: delta +0.0090, cost 1.90",
        "# Parents\n\n## p3",
        "- p10 Program10: Reason 10.",
        "- try BM25",
        "mix channels",
        "Change program p3 by edits",
        "could not be used. No code.",
    ):
        assert part in body
    assert "run-x" not in body
    assert body.count("return sim + 7") == 1


def test_failed_programs_stand_as_edits_to_their_parents_while_they_are_short() -> None:
    told = briefing(rows=15)
    views = tuple(view(n) for n in range(1, 16))
    views = (*views[:9], replace(views[9], source="\n".join(f"line_{n} = {n}" for n in range(90))), *views[10:])
    body = WRITER.proposal(replace(told, programs=views), FULL).body
    edit = body.partition("- p5 Program5: Reason 5.")[2].partition("- p10")[0]
    assert "--- p4\n+++ p5\n" in edit and "-    return sim + 4\n+    return sim + 5\n" in edit
    assert "- p10 Program10: Reason 10.\n- p15" in body, "all of it is changed"
    tight = replace(told, programs=views)
    assert "```diff" not in PromptWriter(PREFIX, budget=200).proposal(tight, FULL).body


def test_an_empty_run_still_makes_a_prompt() -> None:
    body = WRITER.proposal(briefing(0, parents=(), frontier=()), FULL).body
    assert "Write program number 1" in body
    assert "# Ledger" not in body


@pytest.mark.parametrize("for_memory", [2_000, 6_000, 50_000])
def test_a_long_ledger_is_fitted(for_memory: int) -> None:
    budget = count(PREFIX) + for_memory
    writer = PromptWriter(PREFIX, budget=budget)
    prompt = writer.proposal(briefing(2000, parents=(1999,), frontier=(2, 7, 1998)), FULL)
    assert count(prompt.prefix) + count(prompt.body) <= budget
    assert "claim-2 " in prompt.body  # frontier
    assert "claim-1999 " in prompt.body  # newest
    assert "older programs are left out" in prompt.body


@given(st.integers(0, 60), st.integers(60, 6000), st.frozensets(st.integers(1, 60).map("run-x.{}".format)))
def test_the_ledger_keeps_its_budget_and_its_order(n: int, budget: int, frontier: frozenset[str]) -> None:
    rows = [row(i) for i in range(1, n + 1)]
    text = fit_ledger(rows, frontier, budget)
    assert count(text) <= budget
    listed = [line.split()[0] for line in text.splitlines() if line.startswith("run-x")]
    assert listed == [r.id for r in rows if r.id in set(listed)]
    missing = len(rows) - len(listed)
    assert (f"({missing} older programs are left out.)" in text) == bool(missing)


def test_modes_follow_their_weights_and_repeat() -> None:
    told = [replace(briefing(), number=n) for n in range(2000)]
    drawn = Counter(assign(b, ModeSettings(full=0.5, diff=0.3, crossover=0.2)).mode for b in told)
    assert 900 < drawn["full"] < 1100
    assert 500 < drawn["diff"] < 700
    assert assign(told[5], ModeSettings()) == assign(told[5], ModeSettings())


def test_a_mode_without_its_parents_is_not_drawn() -> None:
    edits_only = ModeSettings(full=0, diff=1, crossover=1)
    assert assign(briefing(parents=()), edits_only) == Assignment("full")
    assert assign(briefing(parents=(3,)), edits_only) == Assignment("diff", (view(3),))


def test_a_blind_prompt_knows_nothing() -> None:
    prompt = WRITER.blind(12)
    assert "12" in prompt.body
    assert not any(word in prompt.body for word in ("p3", "Ledger", "delta", "Frontier"))
