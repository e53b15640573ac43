"""Write a report: the page, and its charts as pictures."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from archive import NDCG_AT_10, Archive, Axis, Calls, axis_of, priced
from harness.report.charts import heat_params
from harness.report.comparing import compare
from harness.report.curves import Entry
from harness.report.data import program_data, transfer_data, whole_run
from harness.report.page import render_page
from harness.report.pictures import draw
from harness.report.specs import DRAWN
from harness.report.told import told_data
from harness.screen.views import basis
from harness.text import counted

Part = tuple[Archive, list[str]]
"""An archive, and those of its runs that are shown."""

HELD_OUT_TITLES = {"measure": NDCG_AT_10}


def report_data(archive: Archive, run_ids: Sequence[str], axis: Axis | None = None) -> dict[str, Any]:
    """All that a page shows of these runs; costs on the axis, by default each run's own."""
    return gathered([(archive, list(run_ids))], axis)


def gathered(parts: Sequence[Part], axis: Axis | None = None) -> dict[str, Any]:
    """All that a page shows of runs in several archives; `comparison` is there for two runs or more.

    Beside each other they are shown on the axis, by default that of the first run.
    """
    runs: list[dict[str, Any]] = []
    entries: list[Entry] = []
    for archive, run_ids in parts:
        for run_id in run_ids:
            if any(shown["id"] == run_id for shown in runs):
                continue  # a copy of it in another archive
            run, programs = archive.run(run_id), archive.programs(run_id)
            listed = program_data(programs, run.record, axis)
            lines, told = told_data(archive, run_id, programs)
            listed = [{**program, "told": told.get(program["number"], [])} for program in listed]
            runs.append({**whole_run(archive, run, programs, axis), "programs": listed, "lines": lines})
            shared = axis or axis_of(entries[0].run.record if entries else run.record)
            calls = Calls(archive, run_id).beside_programs()
            entries.append(Entry(run, priced(programs, run.record, shared), calls))
    transfer = [encoder for archive, _ in parts for encoder in transfer_with_scales(archive)]
    return {"runs": runs, "transfer": transfer, "comparison": compare(entries) if len(entries) > 1 else None}


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
    """Write the page of an archive's runs; see `write_gathered`."""
    return write_gathered([(archive, list(run_ids))], path, figures, axis)


def write_gathered(
    parts: Sequence[Part], path: Path, figures: Path | None = None, axis: Axis | None = None
) -> dict[str, Any]:
    """Write the page, and with `figures` each chart as SVG and PNG to that folder; what was shown is returned.

    Costs are counted on the axis, by default what each run counted them in.
    """
    data = gathered(parts, axis)
    names = [archive.path.name for archive, _ in parts]
    count = len(data["runs"])
    title = f"Run {data['runs'][0]['id']}" if count == 1 else f"{', '.join(names)}, {counted(count, 'run')}"
    path.write_text(render_page(data, title), encoding="utf-8")
    if figures is not None:
        figures.mkdir(parents=True, exist_ok=True)
        runs = {run_id: archive.run(run_id) for archive, run_ids in parts for run_id in run_ids}
        for run in data["runs"]:
            _draw_run(run, basis(runs[run["id"]]), figures)
        for name, chart in (data["comparison"] or {"charts": {}})["charts"].items():
            _draw_both(name, chart, figures / f"comparison-{name}", title)
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
        title = f"Held-out {NDCG_AT_10} against cosine, encoder {encoder['encoder']}, {counted(len(measured), 'cell')}"
        _draw_both(
            "heat", {"data": {"cells": measured}, "params": encoder["params"], "titles": HELD_OUT_TITLES}, stem, title
        )


def _draw_both(spec: str, chart: dict[str, Any], stem: Path, title: str) -> None:
    for ending in (".svg", ".png"):
        draw(spec, chart, stem.with_name(stem.name + ending), title)
