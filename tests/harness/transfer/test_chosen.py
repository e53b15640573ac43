"""The rule by which a run's program is reported."""

from dataclasses import replace
from typing import Any

from archive import Program
from harness.transfer.chosen import choose
from tests.archive import sample_records as sample

ASKED = {"order and alone": 2}


def program(number: int, **changes: Any) -> Program:
    record = replace(sample.program(), status="admitted", verdict="ok", flags=[], audits=ASKED, **changes)
    return Program(f"r.{number}", "r", number, "2026-11-26", record)


def test_the_best_of_all_and_the_best_that_answers_queries_alone() -> None:
    flagged = program(3, mean_delta=0.3)
    flagged = replace(flagged, record=replace(flagged.record, flags=["transductive"]))
    unasked = program(4, mean_delta=0.2)
    unasked = replace(unasked, record=replace(unasked.record, audits={}))
    chosen = choose([program(1, mean_delta=0.0), program(2, mean_delta=0.1), flagged, unasked], sample.run())
    assert chosen.best is flagged
    assert chosen.inductive is not None and chosen.inductive.number == 2


def test_of_equal_ones_the_cheapest_then_the_oldest() -> None:
    same = [program(at, mean_delta=0.1, cost_ratio=cost) for at, cost in ((1, 2.0), (2, 1.5), (3, 1.5))]
    chosen = choose(same, sample.run())
    assert chosen.best is not None and chosen.best.number == 2


def test_rejected_and_failed_programs_are_not_chosen() -> None:
    rejected, failed = program(1, mean_delta=0.5), program(2, mean_delta=None)
    rejected = replace(rejected, record=replace(rejected.record, status="rejected"))
    failed = replace(failed, record=replace(failed.record, verdict="timeout"))
    chosen = choose([rejected, failed], sample.run())
    assert chosen.best is None and chosen.inductive is None
