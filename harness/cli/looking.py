"""Verbs that only look: runs, frontier, show. None of them loads an encoder."""

import json
from pathlib import Path
from typing import Annotated

import typer

from harness.cli.options import ArchiveOption, JsonOption, RunArgument


def register(app: typer.Typer) -> None:
    """Add the verbs to the command line."""
    app.command()(runs)
    app.command()(frontier)
    app.command()(show)


def runs(archive: ArchiveOption = "ttc-archive.db", as_json: JsonOption = False) -> None:
    """List the runs of an archive, newest first."""
    from archive import Archive
    from harness.tables import print_runs
    from harness.views import run_view

    with Archive.open(archive, read_only=True) as opened:
        found, counts = opened.runs(), opened.program_counts()
        if as_json:
            print(json.dumps([run_view(run, counts.get(run.id, 0)) for run in found], indent=2))
        else:
            print_runs(found, counts)


def frontier(
    run: RunArgument = "latest",
    archive: ArchiveOption = "ttc-archive.db",
    as_json: JsonOption = False,
    png: Annotated[
        Path | None, typer.Option(help="Draw the frontier and the cloud of programs (.png, .svg, .pdf).")
    ] = None,
) -> None:
    """Show a run's non-dominated programs: minimal cost, maximal mean delta."""
    from archive import Archive
    from harness.tables import print_frontier
    from harness.views import frontier_points, program_view

    with Archive.open(archive, read_only=True) as opened:
        run_id = opened.resolve_run(run)
        front = opened.frontier(run_id)
        if png is not None:
            from harness.figures import draw_frontier

            draw_frontier(frontier_points(opened.programs(run_id), front), f"run {run_id}", png)
        if as_json:
            print(json.dumps([program_view(program) for program in front], indent=2))
        else:
            print_frontier(front, opened.run(run_id))


def show(
    program: Annotated[str, typer.Argument(help="Program id (RUN.NUMBER), or a number in the latest run.")],
    archive: ArchiveOption = "ttc-archive.db",
    as_json: JsonOption = False,
    source: Annotated[bool, typer.Option("--source", help="Print the source alone.")] = False,
) -> None:
    """Show a program: its author's words, its outcomes, its source."""
    from archive import Archive
    from harness.tables import print_program
    from harness.views import program_view

    with Archive.open(archive, read_only=True) as opened:
        found = opened.program(program)
    if source:
        print(found.record.source)
    elif as_json:
        print(json.dumps(program_view(found), indent=2))
    else:
        print_program(found)
