"""Runs beside each other: which are seeds of one configuration, and what is said at equal budgets."""

from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import expect

from archive import Archive, CallRecord, UsageRecord
from harness.report.configurations import configurations
from harness.report.curves import by_dollars, by_programs, curve_of
from harness.report.pictures import draw
from harness.report.write import gathered, report_data, write_report
from tests.harness.report import archives
from tests.harness.report.conftest import Opened, clipped

Runs = tuple[Path, list[str]]


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory) -> Runs:
    """Two seeds of a search that pays a model and gains more, and two of one that does neither."""
    path = tmp_path_factory.mktemp("compared") / "a.db"
    return path, archives.seeds(path, {"llm": 0.3, "recombine": 0.1})


def test_runs_that_differ_in_their_seed_alone_are_one_configuration(compared: Runs) -> None:
    with Archive.open(compared[0], read_only=True) as archive:
        runs = [archive.run(run_id) for run_id in compared[1]]
    found = configurations(runs)
    assert [(one.name, one.runs) for one in found] == [("kind=llm", (0, 1)), ("kind=recombine", (2, 3))]
    # The same settings and the same seed: something beside the settings sets them apart, so no band is drawn.
    twice = [runs[0], replace(runs[0], id="other1")]
    assert [(one.name, one.runs) for one in configurations(twice)] == [(runs[0].id, (0,)), ("other1", (1,))]


def test_curves_are_read_at_equal_programs_and_at_equal_dollars(compared: Runs) -> None:
    with Archive.open(compared[0], read_only=True) as archive:
        programs = [archive.programs(run_id) for run_id in compared[1][:2]]
    lost = CallRecord(5, UsageRecord("p", "m"), charged_usd=0.5)
    curves = [curve_of(programs[0], [lost]), curve_of(programs[1][:8], [])]
    worths = [program.record.worth or 0.0 for program in programs[0]]
    assert curves[0].best == tuple(max(worths[: n + 1]) for n in range(12))
    assert curves[0].dollars == pytest.approx([0, 0, 0, 0.01, 0.52, *(0.53 + 0.01 * n for n in range(7))])
    bands = by_programs(curves)
    assert [band.at for band in bands] == list(range(1, 9))
    assert all(band.low <= band.mean <= band.high for band in bands)
    paid = by_dollars(curves)
    assert paid[-1].at == pytest.approx(0.05)  # what the second spent in all
    assert (paid[-1].low, paid[-1].high) == tuple(sorted([curves[0].best[3] or 0, curves[1].best[7] or 0]))


def test_what_sets_configurations_apart_is_said_with_their_seeds(compared: Runs) -> None:
    with Archive.open(compared[0], read_only=True) as archive:
        told = report_data(archive, compared[1])["comparison"]
    (said,) = told["statements"]
    assert said.startswith("After 12 programs: kind=llm has +0.") and "over 2 seeds" in said
    assert said.endswith("no run of one reaches any of the other.") and told["cautions"] == []
    paying, free = told["rows"]
    assert (paying["spent"], free["spent"], told["dollars"]) == ([0.09, 0.09], [0, 0], pytest.approx(0.09))
    assert paying["equal_programs"]["low"] > free["equal_programs"]["high"]
    flat = [row for row in told["charts"]["paid"]["data"]["raced"] if row["configuration"] == "kind=recombine"]
    assert [row["at"] for row in flat] == [0, pytest.approx(0.09)]


def test_two_runs_are_compared_query_by_query_on_equal_tasks_alone(compared: Runs, tmp_path: Path) -> None:
    other = tmp_path / "other.db"
    archives.fitted(other, 6)
    with Archive.open(compared[0], read_only=True) as archive, Archive.open(other, read_only=True) as elsewhere:
        pair = gathered([(archive, [compared[1][0], compared[1][2]])])["comparison"]
        strangers = gathered([(archive, compared[1][:1]), (elsewhere, [elsewhere.runs()[0].id])])["comparison"]
        again = gathered([(archive, compared[1][:1]), (archive, compared[1][:1])])
    (said,) = pair["statements"]
    assert "of kind=llm less program" in said and "on 6 tasks" in said and "best of 12 programs" in said
    assert any("one run here" in caution for caution in pair["cautions"])
    assert strangers["statements"] == [] and "different searched tasks" in strangers["cautions"][0]
    assert len(again["runs"]) == 1 and again["comparison"] is None


def test_the_page_reads_controls(opened: Opened, compared: Runs, tmp_path: Path) -> None:
    with Archive.open(compared[0], read_only=True) as archive:
        data = write_report(archive, compared[1], tmp_path / "r.html")
    page = opened((tmp_path / "r.html").as_uri(), width=360)
    expect(page.locator("h1")).to_have_text("4 runs compared")
    expect(page.locator(".verdict .said")).to_have_text(data["comparison"]["statements"])
    for chart, areas in (("raced", 2), ("paid", 2)):
        expect(page.locator(f".plot.{chart} g.mark-area path")).to_have_count(areas)
    expect(page.locator(".plot.frontiers svg")).to_be_visible()
    cells = page.get_by_role("region", name="Configurations").locator("tbody tr").first.locator("td")
    assert cells.all_inner_texts()[0].endswith("kind=llm")
    assert clipped(page) == []
    page.get_by_role("link", name=compared[1][2], exact=True).first.click()
    expect(page.locator("h1")).to_have_text(f"Run {compared[1][2]}")


def test_a_comparison_is_a_picture_too(compared: Runs, tmp_path: Path) -> None:
    with Archive.open(compared[0], read_only=True) as archive:
        chart = report_data(archive, compared[1][::2])["comparison"]["charts"]["raced"]
    draw("raced", chart, tmp_path / "r.svg", "two runs")
    picture = (tmp_path / "r.svg").read_text()
    assert "kind=recombine" in picture and "best mean delta nDCG@10" in picture
