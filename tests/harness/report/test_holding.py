"""Does it hold? What a page tells of a run's frontier on tasks that its search has not seen."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from archive import Archive, HeldOut
from harness.programs.named import NamedProgram
from harness.report.holding import holding, transfer_command
from harness.report.write import report_data, write_report
from harness.transfer.analysis import analyse
from harness.transfer.held_out import held_out_parts
from tests.harness.report import archives
from tests.harness.report.conftest import Opened

Run = tuple[Path, str]


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """An archive with a run, its frontier on eight held-out tasks, and on three with another encoder."""
    path = tmp_path_factory.mktemp("held") / "a.db"
    run_id = archives.search(path, 20)
    archives.held_out(path, run_id, 0.03, 8)
    archives.held_out(path, run_id, 0.03, 3, "minilm")
    return path, run_id


def test_held_out_figures_are_those_of_a_transfer(held: Run) -> None:
    with Archive.open(held[0], read_only=True) as archive:
        (data,) = report_data(archive, [held[1]])["runs"]
        named = [NamedProgram(one.id, one.record.source) for one in archive.frontier(held[1])]
        part = next(one for one in held_out_parts(archive, named) if one.fingerprint == "f00df00d")
    rows = {row.program: row for row in analyse(part.matrix).rows}
    told = {f"{held[1]}.{row['number']}": row for row in data["holding"]["rows"]}
    assert set(rows) == set(told) and len(rows) > 2
    for program, row in rows.items():
        assert row.mean_interval is not None
        figure = (row.summary.mean, row.mean_interval.low, row.mean_interval.high)
        outside = told[program]["outside"]
        assert (outside["mean"], outside["low"], outside["high"]) == pytest.approx(figure, abs=1e-5)
        assert told[program]["inside"]["mean"] == pytest.approx(
            next(p["delta"] for p in data["programs"] if p["id"] == program), abs=1e-4
        )
    assert data["holding"]["own"] and data["holding"]["command"] == ""
    assert "with encoder minilm" in data["holding"]["verdicts"][0]["elsewhere"]
    kinds = [row["kind"] for row in data["charts"]["holding"]["data"]["held"]]
    assert kinds == ["in-domain", "held out"] * (len(kinds) // 2)


def test_a_task_that_was_searched_on_is_no_evidence(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    run_id = archives.search(path, 6)
    archives.held_out(path, run_id, 0.05, 2)
    with Archive.open(path) as archive:
        searched = archive.run(run_id).record.tasks[0]
        HeldOut(archive).record_task("wordllama", "f00df00d", searched)
    with Archive.open(path, read_only=True) as archive:
        run, programs = archive.run(run_id), archive.programs(run_id)
        ids = {one.id for one in archive.frontier(run_id)}
        assert {row["outside"]["tasks"] for row in holding(archive, run, programs, ids)["rows"]} == {2}


def test_without_a_transfer_the_command_is_told(searched: Run, tmp_path: Path) -> None:
    with Archive.open(searched[0], read_only=True) as archive:
        (data,) = report_data(archive, [searched[1]])["runs"]
    told = data["holding"]
    assert told["command"] == f"ttc transfer frontier:{searched[1]} encoder=wordllama archive.path={searched[0]}"
    assert [one["holds"] for one in told["verdicts"]] == ["unknown"] and "holding" not in data["charts"]


def test_a_run_of_the_package_is_taken_out_before_it_is_measured() -> None:
    from harness.published.place import open_archive

    with open_archive("published", read_only=True) as archive:
        said = transfer_command(archive, archive.runs()[0])
    assert said.startswith(
        "ttc archive export mine.db --archive published && ttc transfer frontier:s2a3xy encoder=minilm"
    )


def test_the_first_screen_says_whether_it_holds(opened: Opened, held: Run, tmp_path: Path) -> None:
    with Archive.open(held[0], read_only=True) as archive:
        told = write_report(archive, [held[1]], tmp_path / "r.html")["runs"][0]["holding"]["verdicts"][0]
    page = opened((tmp_path / "r.html").as_uri())
    said = page.locator(".verdict.holds .said").first
    expect(said).to_have_text(told["sentence"])
    expect(said).to_be_in_viewport()
    expect(page.locator(".verdict").first).to_contain_text(f"its cost ratio is {told['costs']}")
    plot = page.locator(".plot.holding")
    expect(plot.locator("svg")).to_be_in_viewport()
    plot.focus()
    page.keyboard.press("End")
    expect(page.locator("#tip")).to_contain_text("95 % from")
    expect(plot.locator("[role=status]")).to_contain_text("mean delta +")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("program_")
