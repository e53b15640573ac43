"""What a report holds, before any browser sees it."""

import json
import re
import unicodedata
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive import Archive, hypervolume
from harness.errors import UsageError
from harness.report.data import program_data, run_data, transfer_data
from harness.report.front import best_so_far, front_ids
from harness.report.intervals import query_intervals
from harness.report.page import embed, render_page
from harness.report.pictures import draw
from harness.report.specs import SPECS, titled
from harness.report.write import report_data, write_report
from harness.text import visible
from tests.archive import sample_records as sample
from tests.harness.report import archives

Searched = tuple[Path, str]


def test_144_programs_make_a_page_below_5_mb_that_names_no_other_place(tmp_path: Path) -> None:
    archives.search(tmp_path / "a.db", 144, tasks=[f"task-{number}" for number in range(14)])
    with Archive.open(tmp_path / "a.db", read_only=True) as archive:
        write_report(archive, [archive.runs()[0].id], tmp_path / "r.html")
    page = (tmp_path / "r.html").read_text()
    assert len(page.encode()) < 5e6
    markup = re.sub(r"(<script[^>]*>).*?</script>", r"\1", page, flags=re.DOTALL)
    assert not re.search(r"\bsrc=|<link|url\(|@import", markup)
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]+)"', page)
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe" not in policy
    assert "connect-src 'none'" in policy


def test_frontier_is_the_archives(searched: Searched) -> None:
    with Archive.open(searched[0], read_only=True) as archive:
        programs = archive.programs(searched[1])
        assert front_ids(programs) == {program.id for program in archive.frontier(searched[1])}


def test_progress_is_that_of_the_programs_so_far(searched: Searched) -> None:
    with Archive.open(searched[0], read_only=True) as archive:
        programs = archive.programs(searched[1])
    measured = [p.record for p in programs if p.record.mean_delta is not None and p.record.cost_ratio is not None]
    widest = max(record.cost_ratio or 0 for record in measured)
    for step in best_so_far(programs):
        so_far = [record for record in measured if record.generation <= step.generation]
        assert step.best_worth == max(record.mean_delta or 0 for record in so_far)
        costs, deltas = [r.cost_ratio or 0.0 for r in so_far], [r.mean_delta or 0.0 for r in so_far]
        area = hypervolume(costs, deltas, reference_cost=widest, reference_delta=0.0)
        assert step.hypervolume == pytest.approx(area)


def test_intervals_cover_the_mean_about_as_often_as_they_say() -> None:
    rng = np.random.default_rng(5)
    samples = rng.normal(0.1, 0.2, size=(400, 60)).astype(np.float32)
    intervals = query_intervals(samples)
    covered = ((intervals[:, 0] <= 0.1) & (intervals[:, 1] >= 0.1)).mean()
    assert 0.9 < covered < 0.98


def test_an_interval_does_not_depend_on_the_company() -> None:
    deltas = np.random.default_rng(1).normal(size=(5, 20)).astype(np.float32)
    together = query_intervals(deltas)
    for row, interval in zip(deltas, together, strict=True):
        np.testing.assert_allclose(query_intervals(row[None])[0], interval, atol=1e-6)


def test_transfer_shows_the_latest_attempt(tmp_path: Path) -> None:
    from archive import CellRecord, HeldOut

    rng = np.random.default_rng(0)
    task = archives.task("held", rng)
    with Archive.open(tmp_path / "a.db") as archive:
        cells = HeldOut(archive)
        cells.record_task("wordllama", "print", task)
        for gain in (0.0, 0.2):
            outcome = archives.outcome(task, gain, rng)
            cells.record(CellRecord("p", "x = 1", "print", task.fingerprint, outcome), again=True)
        (shown,) = transfer_data(archive)
    (cell,) = shown["cells"]
    assert cell["delta"] == pytest.approx(outcome.delta, abs=1e-5)
    assert cell["n"] == 30


def test_a_cell_that_was_searched_on_is_not_held_out(tmp_path: Path) -> None:
    from archive import CellRecord, HeldOut

    rng = np.random.default_rng(0)
    sampled, unseen = archives.task("sampled", rng), archives.task("unseen", rng)
    with Archive.open(tmp_path / "a.db") as archive:
        run_id = archive.start_run(archives.run([sampled]))
        written = sample.program(source="x = 1", tasks=["sampled"])
        archive.record_program(run_id, written)
        archive.record_program(run_id, replace(written, source="y = 1", generation=0))
        cells = HeldOut(archive)
        for task in (replace(sampled, fingerprint="whole"), unseen):
            cells.record_task("wordllama", "print", task)
            for source in ("x = 1", "y = 1"):
                outcome = archives.outcome(task, 0.1, rng)
                cells.record(CellRecord(source, source, "print", task.fingerprint, outcome))
        (shown,) = transfer_data(archive)
    told = {(cell["program"], cell["task"]) for cell in shown["cells"]}
    assert told == {("x = 1", "unseen"), ("y = 1", "unseen"), ("y = 1", "sampled")}


def test_data_of_new_programs_is_that_of_all(searched: Searched) -> None:
    """So that a page which is told news step by step shows what one made at the end shows."""
    with Archive.open(searched[0], read_only=True) as archive:
        record = archive.run(searched[1]).record
        whole = program_data(archive.programs(searched[1]), record)
        late = program_data(archive.programs(searched[1], after=30), record)
    assert [program["number"] for program in late] == list(range(31, 41))
    for one, other in zip(whole[30:], late, strict=True):
        assert {**one, "outcomes": None} == {**other, "outcomes": None}
        for left, right in zip(one["outcomes"], other["outcomes"], strict=True):
            assert left == {
                **right,
                "low": pytest.approx(right["low"], abs=2e-5),
                "high": pytest.approx(right["high"], abs=2e-5),
            }


def test_a_run_without_programs_has_a_page(tmp_path: Path) -> None:
    with Archive.open(tmp_path / "a.db") as archive:
        run = archive.run(archive.start_run(archives.run([])))
        assert run_data(run, [], [], [])["charts"] == {}
        assert "No run yet" in render_page(report_data(archive, []), "nothing")


@given(st.recursive(st.text() | st.integers(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))
def test_embedded_json_says_the_same_and_ends_nothing(value: object) -> None:
    text = embed(value)
    assert json.loads(text) == value
    assert text.isascii()
    assert not set("<>&") & set(text)


@given(st.text(max_size=200))
@settings(max_examples=200)
def test_visible_text_hides_nothing(text: str) -> None:
    shown = visible(text, 10_000)
    hidden = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
    assert not [c for c in shown if c not in "\n\t" and unicodedata.category(c) in hidden]
    if text.isprintable():
        assert shown == text


@pytest.mark.parametrize("ending", [".svg", ".png", ".pdf"])
def test_a_chart_is_a_picture_too(ending: str, searched: Searched, tmp_path: Path) -> None:
    with Archive.open(searched[0], read_only=True) as archive:
        chart = report_data(archive, [searched[1]])["runs"][0]["charts"]["frontier"]
    path = tmp_path / f"front{ending}"
    draw("frontier", chart, path, "title of the picture")
    assert path.read_bytes().lstrip().startswith({".svg": b"<svg", ".png": b"\x89PNG", ".pdf": b"%PDF"}[ending])
    if ending == ".svg":
        assert "title of the picture" in path.read_text()


def test_another_ending_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"\.svg, \.png or \.pdf"):
        draw("frontier", {"data": {"points": []}, "params": {}, "titles": {}}, tmp_path / "front.gif", "")


def test_every_chart_is_drawn_with_figures(searched: Searched, tmp_path: Path) -> None:
    with Archive.open(searched[0], read_only=True) as archive:
        write_report(archive, [searched[1]], tmp_path / "r.html", tmp_path / "figures")
    names = {path.name for path in (tmp_path / "figures").iterdir()}
    drawn = ("best", "dollars", "frontier", "hypervolume", "lineage", "rules", "seconds", "tasks", "verdicts")
    stems = {f"{searched[1]}-{name}" for name in drawn} | {"transfer-1", "transfer-2"}
    assert names == {stem + ending for stem in stems for ending in (".svg", ".png")}


def test_specifications_name_their_data() -> None:
    for name, spec in SPECS.items():
        datasets = {
            layer["data"]["name"] for layer in [spec, *spec.get("layer", [])] if "name" in layer.get("data", {})
        }
        assert datasets, name


def test_titles_name_the_measure_and_what_is_maximised() -> None:
    filled = json.dumps([titled(spec, {"measure": 'my "best"', "worth": "median delta"}) for spec in SPECS.values()])
    assert "{measure}" not in filled and "{worth}" not in filled
    assert json.dumps('delta my "best" against cosine')[1:-1] in json.dumps(
        titled(SPECS["outcomes"], {"measure": 'my "best"'})
    )


def test_a_page_counts_cost_on_the_axis_asked_for(searched: Searched) -> None:
    with Archive.open(searched[0], read_only=True) as archive:
        (texts,) = report_data(archive, [searched[1]])["runs"]
        (tokens,) = report_data(archive, [searched[1]], "tokens")["runs"]
        front = archive.frontier(searched[1], "tokens")
    assert tokens["frontier"] == [program.number for program in front] != texts["frontier"]
    assert (texts["titles"]["cost"], tokens["titles"]["cost"]) == ("cost ratio", "cost ratio in tokens")
    for one, other in zip(texts["programs"], tokens["programs"], strict=True):
        assert one["costs"] == other["costs"]
        assert (one["cost"], other["cost"]) == (one["costs"]["texts"], one["costs"]["tokens"])
    points = tokens["charts"]["frontier"]["data"]["points"]
    assert {point["cost"] for point in points} == {2.0}
