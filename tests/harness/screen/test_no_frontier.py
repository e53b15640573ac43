"""Why a run has no frontier is said as it is."""

from dataclasses import replace

import pytest

from archive import Program, Run
from harness.screen.no_frontier import why_no_frontier
from tests.archive import sample_records as sample

RUN = Run("run", "2026", None, "finished", sample.run())


def budgeted(most: float) -> Run:
    config = {**RUN.record.config, "search": {"budget": most, "cost": "texts"}}
    return replace(RUN, record=replace(RUN.record, config=config))


def test_a_run_without_results_waits_for_them_only_while_it_goes_on() -> None:
    failed = [Program("run.1", "run", 1, "2026", sample.program(None, None))]
    assert why_no_frontier(failed, RUN) == "Run run has no program with a result on every task."
    assert why_no_frontier([], replace(RUN, status="running")).endswith("every task yet.")


def test_a_budget_that_nothing_fits_is_told_with_the_cheapest() -> None:
    dear = [Program("run.1", "run", 1, "2026", replace(sample.program(), worth=None))]
    said = why_no_frontier(dear, budgeted(1.2))
    assert said.startswith("No program of run run is within its budget of 1.2 in texts; the cheapest costs 1.50.")


def test_a_floor_and_what_was_not_counted_are_told() -> None:
    low = [Program("run.1", "run", 1, "2026", replace(sample.program(), worth=None))]
    assert "above the floor" in why_no_frontier(low, budgeted(9))
    measured = [Program("run.1", "run", 1, "2026", sample.program())]
    assert "cost in vectors was not counted" in why_no_frontier(measured, RUN, "vectors")


@pytest.mark.parametrize("axis", ["vectors", "bytes"])
def test_the_published_run_has_costs_of_its_time_alone(axis: str, capsys: pytest.CaptureFixture[str]) -> None:
    from harness.cli.looking import frontier

    frontier("latest", "published", cost=axis)  # type: ignore[arg-type]
    assert f"cost in {axis} was not counted; leave --cost out, or choose texts." in capsys.readouterr().out
