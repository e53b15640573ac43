"""A briefing with evidence: within its budget, its beginning settled, and what was expected beside what came."""

import re
from dataclasses import replace
from itertools import pairwise

import pytest

from harness.programs.view import Gain, LedgerRow, TaskRoom
from harness.proposers.anthropic_client import AnthropicClient
from harness.proposers.ledger_text import FIGURES
from harness.proposers.load import prompt_writer
from harness.proposers.modes import Assignment
from harness.proposers.prompt import PromptWriter
from harness.proposers.protocol import Briefing
from harness.proposers.sections import fronts_by_kind, operations_tried
from harness.proposers.table import by_importance, fit_table
from harness.proposers.taught import fit_taught
from harness.proposers.tokens import count
from harness.settings import compose
from harness.settings.proposer import ProposerSettings
from tests.harness.proposers.briefings import briefing, row, view

FULL = Assignment("full")
PREFIX = "You write programs.\n"


def told(rows: int, **fields: object) -> Briefing:
    """A briefing whose sources were settled at the last ten."""
    settled = rows // 10 * 10
    shown = tuple(view(n) for n in (2, 7, 9) if n <= settled)
    values: dict[str, object] = {"settled": shown, "n_settled": settled, "rooms": (TaskRoom("law", 0.5, 0.8),)}
    return replace(briefing(rows), **(values | fields))  # type: ignore[arg-type]


@pytest.mark.parametrize("for_memory", [2_000, 6_000, 50_000])
@pytest.mark.parametrize("rows", [0, 9, 2000])
def test_a_prompt_keeps_its_budget(for_memory: int, rows: int) -> None:
    writer = PromptWriter(PREFIX, budget=count(PREFIX) + for_memory, evidence=True)
    prompt = writer.proposal(told(rows, surroundings="An encoder."), FULL)
    assert count(prompt.prefix) + count(prompt.body) <= count(PREFIX) + for_memory
    assert "An encoder." in prompt.prefix and f"Write program number {rows + 1} " in prompt.body
    if rows == 2000:
        assert "older programs are left out" in prompt.body and "p1999 Program1999 | p1998" in prompt.body


def test_what_is_settled_begins_the_next_prompts_too() -> None:
    writer = PromptWriter(PREFIX, budget=60_000, evidence=True)
    prompts = [writer.proposal(told(rows), FULL) for rows in range(20, 30)]
    settled = {prompt.body[: prompt.settled] for prompt in prompts}
    assert len(settled) == 1 and "p20 Program20" in settled.pop()
    assert all("p21 Program21" in prompt.body[prompt.settled :] for prompt in prompts[1:])
    tables = [prompt.body.partition("# What they taught")[0].rstrip() for prompt in prompts]
    assert all(after.startswith(before) for before, after in pairwise(tables))


def test_a_table_that_is_too_long_begins_alike_until_a_block_is_whole() -> None:
    rows = [row(n) for n in range(1, 160)]
    texts = [fit_table(rows[:n], 6_000, FIGURES, settled=100).settled for n in range(101, 148)]
    assert len(set(texts)) == 1
    assert fit_table(rows, 6_000, FIGURES, settled=100).settled != texts[0]


def test_only_a_settled_prompt_is_sent_in_two_blocks() -> None:
    client = AnthropicClient(ProposerSettings(kind="anthropic"), "a-model")
    prompt = PromptWriter(PREFIX, budget=60_000, evidence=True).proposal(told(12), FULL)
    first, rest = client.request(prompt)["messages"][0]["content"]
    assert first["text"] + rest["text"] == prompt.body
    assert first["cache_control"]["type"] == "ephemeral" and "cache_control" not in rest
    plain = PromptWriter(PREFIX, budget=60_000).proposal(told(12), FULL)
    assert client.request(plain)["messages"][0]["content"] == plain.body


def test_rows_tell_noise_gains_flags_and_what_was_not_tested() -> None:
    gain = Gain("run-x.1", 0.002, -0.001, 0.005, "14 tasks")
    one = row(2, errors={"law": 0.001, "docs": 0.002}, gain=gain, flags=("transductive",), untested=("routing",))
    text = fit_table([one], 6_000, FIGURES)
    line = next(line for line in text.settled.splitlines() + text.newest.splitlines() if line.startswith("run-x.2"))
    assert "+0.0020 ± 0.0011 | +0.0020 [-0.0010, +0.0050] | 1.20 | - | transductive ? | +2±1 | +4±2 |" in line


def test_what_was_expected_stands_beside_what_came() -> None:
    parent = row(1, deltas={"law": 0.1, "docs": 0.1})
    child = row(2, expected="up on law, level on docs", deltas={"law": -0.1, "docs": 0.001}, errors={"docs": 0.01})
    text = fit_taught([parent, child], 5_000)
    assert "expected: up on law, level on docs\n  came: down on law -0.100; neither on docs +0.001" in text
    assert "turned its parent's sign: law\n" in text


def test_the_frontier_comes_first_then_flips_then_cited_then_the_newest() -> None:
    rows = [
        row(1, worth=0.5, cost_ratio=1.0, deltas={"law": 0.1}),
        row(2, worth=0.1, cost_ratio=2.0, deltas={"law": -0.1}),
        row(3, worth=0.1, cost_ratio=2.0, deltas={"law": -0.1}),
        row(4, worth=0.1, cost_ratio=2.0, deltas={"law": -0.1}, parents=()),
        row(5, worth=0.1, cost_ratio=2.0, deltas={"law": -0.1}, parents=(), lesson="p3 was too bold"),
    ]
    assert [one.id[-1] for one in by_importance(rows)] == ["1", "2", "3", "5", "4"]


def test_frontiers_by_kind_leave_out_what_their_kind_forbids() -> None:
    def one(n: int, worth: float, worst: float, cost: float, *flags: str) -> LedgerRow:
        return row(n, worth=worth, deltas={"law": worst, "docs": 2 * worth}, cost_ratio=cost, flags=flags)

    text = fronts_by_kind([one(1, 0.01, 0.0, 1.0), one(2, 0.3, -0.2, 1.5, "transductive"), one(3, 0.2, 0.1, 1.5)])
    found = {line.partition(":")[0]: re.findall(r"run-x\.(\d)", line) for line in text.splitlines()}
    assert found["- all"] == ["1", "2"]
    assert found["- inductive, as far as was tested"] == ["1", "3"]
    assert found["- safe (by the worst task's delta)"] == ["1", "3"]
    assert found["- cheapest"] == ["1"]


def test_an_operation_counts_by_what_it_gained_where_it_was_added() -> None:
    gain = Gain("run-x.1", 0.05, None, None, "")
    rows = [row(1), row(2, operations=("lexical match",), gain=gain, status="admitted")]
    rows.append(row(3, operations=("lexical match",), gain=replace(gain, parent="run-x.2", value=0.5)))
    assert "lexical match | 2 | 1 | +0.0025 | +0.0500 (1 time)" in operations_tried(rows)


def test_an_author_without_memory_hears_of_no_ledger() -> None:
    memory, blind = (prompt_writer(compose([f"proposer.memory={memory}"])).blind(3) for memory in ("true", "false"))
    assert "ledger" in memory.prefix
    assert "ledger" not in blind.prefix.lower() + blind.body.lower() and "LESSON" not in blind.prefix
