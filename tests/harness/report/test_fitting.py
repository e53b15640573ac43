"""Searched and unseen side by side, in the report's numbers and in a browser."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import expect

from archive import Archive, Program, Run
from archive.checking import check
from harness.report.fitting import fitting, unseen_of
from harness.report.front import best_so_far
from harness.report.intervals import query_intervals
from harness.report.write import report_data, write_report
from harness.transfer.optimism import optimism_of, optimism_over_tasks
from tests.harness.report.conftest import Opened

Fitted = tuple[Path, str]


def read(fitted: Fitted) -> tuple[Run, list[Program], dict[str, Any]]:
    with Archive.open(fitted[0], read_only=True) as archive:
        assert check(archive) == []
        (data,) = report_data(archive, [fitted[1]])["runs"]
        return archive.run(fitted[1]), archive.programs(fitted[1]), data


def test_each_generation_has_the_best_program_so_far_on_both_sides(fitted: Fitted) -> None:
    _, programs, data = read(fitted)
    rows = data["charts"]["fitting"]["data"]["fits"]
    kinds = ("searched", "unseen queries", "unseen tasks")
    assert [row["kind"] for row in rows] == [*kinds] * (len(rows) // 3)
    assert [row["generation"] for row in rows[::3]] == [step.generation for step in best_so_far(programs)]
    for searched, queries, tasks in zip(rows[::3], rows[1::3], rows[2::3], strict=True):
        so_far = [one for one in programs if one.record.generation <= searched["generation"]]
        best = max(so_far, key=lambda one: one.record.worth or 0.0)
        assert {row["program"] for row in (searched, queries, tasks)} == {best.number}
        assert searched["delta"] == pytest.approx(best.record.mean_delta, abs=1e-4)
        assert queries["delta"] == pytest.approx(best.record.unseen_delta, abs=1e-4)
        assert tasks["delta"] == pytest.approx(best.record.unseen_tasks_delta, abs=1e-4)
        for row in (queries, tasks):
            assert row["low"] < row["delta"] < row["high"]


def test_a_band_says_where_the_search_begins_to_fit(fitted: Fitted) -> None:
    """What is not seen gains no more from the 15th of 30 programs on."""
    rows = read(fitted)[2]["charts"]["fitting"]["data"]["fits"]
    above = {
        kind: [
            row["program"]
            for searched, row in zip(rows[::3], rows[place::3], strict=True)
            if searched["delta"] > row["high"]
        ]
        for place, kind in ((1, "queries"), (2, "tasks"))
    }
    assert set(range(21, 31)) - {27} <= set(above["queries"]) and set(range(21, 31)) - {27} <= set(above["tasks"])
    assert all(programs and min(programs) > 12 for programs in above.values())


def test_the_frontier_has_both_figures_and_the_interval_of_the_difference(fitted: Fitted) -> None:
    run, programs, data = read(fitted)
    assert list(data["unseen"]) == data["frontier"]
    for number, told in data["unseen"].items():
        for found, one in (
            (optimism_of(programs[number - 1], run), told["queries"]),
            (optimism_over_tasks(programs[number - 1], run), told["tasks"]),
        ):
            assert found is not None and found.interval is not None
            assert one == pytest.approx(
                {
                    "searched": found.searched,
                    "unseen": found.unseen,
                    "difference": found.difference,
                    "low": found.interval.low,
                    "high": found.interval.high,
                },
                abs=1e-5,
            )


def test_intervals_on_a_task_are_of_the_queries_that_its_delta_is_of(fitted: Fitted) -> None:
    run, programs, data = read(fitted)
    task, outcome = run.record.tasks[0], programs[0].record.outcomes[0]
    assert outcome.per_query is not None
    gains = np.delete(outcome.per_query - task.baseline_per_query, task.unseen)
    low, high = query_intervals(gains[None])[0]
    shown = data["programs"][0]["outcomes"][0]
    assert (shown["low"], shown["high"]) == pytest.approx((low, high), abs=1e-5)
    assert (data["tasks"][0]["queries"], data["tasks"][0]["unseen"], data["tasks"][10]["unseen"]) == (21, 9, 0)


def test_a_run_that_leaves_nothing_unseen_has_no_such_chart(searched: Fitted) -> None:
    run, programs, data = read(searched)
    assert fitting(run, programs, best_so_far(programs)) == []
    assert "fitting" not in data["charts"] and not any(data["unseen"].values())
    assert unseen_of(programs[0], run) == {}


def test_the_page_shows_searched_and_unseen_on_its_first_screen_and_over_generations(
    opened: Opened, fitted_report: str, fitted: Fitted
) -> None:
    run, _, data = read(fitted)
    page = opened(fitted_report)
    best = data["unseen"][data["frontier"][-1]]
    for kind in ("queries", "tasks"):
        tile = page.locator(".tiles > div", has_text=f"on unseen {kind}")
        expect(tile).to_contain_text(f"{best[kind]['unseen']:+.4f}")
        expect(tile).to_contain_text(f"{best[kind]['difference']:+.4f} [{best[kind]['low']:+.3f}")
        expect(tile).to_be_in_viewport()
    rows = page.get_by_role("region", name="The frontier", exact=True).locator("tr")
    heads = rows.first.locator("th").all_inner_texts()
    assert heads[2:7] == ["mean delta", "unseen queries", "difference [95 %]", "unseen tasks", "difference [95 %]"]
    last = rows.last.locator("td").all_inner_texts()
    assert last[3] == f"{best['queries']['unseen']:+.4f}" and last[5] == f"{best['tasks']['unseen']:+.4f}"
    plot = page.locator(".plot.fitting svg")
    expect(plot).to_be_visible()
    assert plot.locator("g.mark-area path").count() == 2  # a band about each unseen line
    assert plot.locator("g.mark-line path").count() == 3
    legend = plot.locator(".role-legend-label text").all_text_contents()
    assert legend == ["searched", "unseen queries", "unseen tasks"]
    told = page.locator("figcaption", has_text="begun to fit")
    expect(told).to_contain_text("At the end it is above that of unseen queries and of unseen tasks.")
    page.evaluate("address => { location.hash = address; }", f"#/{run.id}/methods")
    cells = page.get_by_role("region", name="Tasks of the run").locator("td:nth-child(2)").all_inner_texts()
    assert cells == ["search"] * 10 + ["unseen"] * 4


def test_the_page_without_anything_unseen_says_nothing_of_it(opened: Opened, report: str) -> None:
    page = opened(report)
    assert page.locator(".plot.fitting").count() == 0
    assert "unseen" not in page.locator("main").inner_text()


def test_the_curve_is_a_picture_too(fitted: Fitted, tmp_path: Path) -> None:
    with Archive.open(fitted[0], read_only=True) as archive:
        write_report(archive, [fitted[1]], tmp_path / "r.html", tmp_path / "figures")
    picture = (tmp_path / "figures" / f"{fitted[1]}-fitting.svg").read_text()
    assert "unseen tasks" in picture and "mean delta nDCG@10" in picture
