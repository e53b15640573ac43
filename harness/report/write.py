"""Write a report: the page, and its charts as pictures."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from archive import NDCG_AT_10, Archive, Axis, Calls
from harness.report.charts import heat_params
from harness.report.data import program_data, run_data, transfer_data
from harness.report.page import render_page
from harness.report.pictures import draw
from harness.report.specs import DRAWN
from harness.report.told import told_data
from harness.screen.views import basis

HELD_OUT_TITLES = {"measure": NDCG_AT_10}


def report_data(archive: Archive, run_ids: Sequence[str], axis: Axis | None = None) -> dict[str, Any]:
    """All that a page shows of these runs; costs on the axis, by default each run's own."""
    runs = []
    for run_id in run_ids:
        run, programs = archive.run(run_id), archive.programs(run_id)
        listed = program_data(programs, run.record, axis)
        calls = Calls(archive, run_id).beside_programs()
        lines, told = told_data(archive, run_id, programs)
        listed = [{**program, "told": told.get(program["number"], [])} for program in listed]
        shown = run_data(run, programs, archive.events(run_id), calls, axis)
        runs.append({**shown, "programs": listed, "lines": lines})
    return {"runs": runs, "transfer": transfer_with_scales(archive)}


def transfer_with_scales(archive: Archive) -> list[dict[str, Any]]:
    """Held-out cells by encoder, each with the ends of its colour scale."""
    return [{**encoder, "params": heat_params(encoder["cells"])} for encoder in transfer_data(archive)]


def write_report(
    archive: Archive,
    run_ids: Sequence[str],
    path: Path,
    figures: Path | None = None,
    axis: Axis | None = None,
) -> dict[str, Any]:
    """Write the page, and with `figures` each chart as SVG and PNG to that folder; what was shown is returned.

    Costs are counted on the axis, by default what each run counted them in.
    """
    data = report_data(archive, run_ids, axis)
    title = f"Run {run_ids[0]}" if len(run_ids) == 1 else f"{archive.path.name}, {len(run_ids)} runs"
    path.write_text(render_page(data, title), encoding="utf-8")
    if figures is not None:
        figures.mkdir(parents=True, exist_ok=True)
        for run in data["runs"]:
            _draw_run(run, basis(archive.run(run["id"])), figures)
        for number, encoder in enumerate(data["transfer"], start=1):
            _draw_transfer(encoder, figures / f"transfer-{number}")
    return data


def _draw_run(run: dict[str, Any], title: str, folder: Path) -> None:
    for name, specs in DRAWN.items():
        if chart := run["charts"].get(name):
            for spec in specs:
                _draw_both(spec, chart, folder / f"{run['id']}-{name if len(specs) == 1 else spec}", title)


def _draw_transfer(encoder: dict[str, Any], stem: Path) -> None:
    measured = [cell for cell in encoder["cells"] if cell["delta"] is not None]
    if measured:
        title = f"Held-out {NDCG_AT_10} against cosine, encoder {encoder['encoder']}, {len(measured)} cells"
        _draw_both(
            "heat", {"data": {"cells": measured}, "params": encoder["params"], "titles": HELD_OUT_TITLES}, stem, title
        )


def _draw_both(spec: str, chart: dict[str, Any], stem: Path, title: str) -> None:
    for ending in (".svg", ".png"):
        draw(spec, chart, stem.with_name(stem.name + ending), title)
