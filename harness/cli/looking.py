"""Verbs that only look, on a terminal, from runs to sql. None loads an encoder."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from harness.cli.options import ArchiveOption, CostOption, CsvOption, JsonOption, ProgramArgument, RunArgument, form
from harness.screen.columns import FRONTIER, LEDGER, LINEAGE, LISTINGS, OUTCOMES, PAIRS, RUNS
from harness.screen.listing import Form, print_json, print_listing


def register(app: typer.Typer) -> None:
    """Add the verbs to the command line."""
    verbs: tuple[Callable[..., Any], ...] = (runs, ledger, frontier, lineage, show, transcript, diff, sql)
    for verb in verbs:
        listing = LISTINGS.get(verb.__name__)
        columns = f"Columns of --csv: {', '.join(column.name for column in listing.data_columns)}." if listing else None
        app.command(epilog=columns)(verb)


def runs(archive: ArchiveOption = "ttc-archive.db", as_json: JsonOption = False, as_csv: CsvOption = False) -> None:
    """List the runs of an archive, newest first."""
    from harness.published.place import open_archive

    with open_archive(archive, read_only=True) as opened:
        counts = opened.program_counts()
        rows = [(run, counts.get(run.id, 0)) for run in opened.runs()]
    print_listing(RUNS, rows, form(as_json, as_csv))


def ledger(
    run: RunArgument = "latest",
    archive: ArchiveOption = "ttc-archive.db",
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
) -> None:
    """List every program of a run, admitted or not, oldest first."""
    from harness.published.place import open_archive
    from harness.screen.frontier import price_all

    with open_archive(archive, read_only=True) as opened:
        found = opened.run(opened.resolve_run(run))
        programs = opened.programs(found.id)
    print_listing(LEDGER, price_all(programs, found), form(as_json, as_csv))


def frontier(
    run: RunArgument = "latest",
    archive: ArchiveOption = "ttc-archive.db",
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
    cost: CostOption = None,
    sure: Annotated[
        bool, typer.Option("--sure", help="Keep what is better than every cheaper one kept, beyond noise.")
    ] = False,
    png: Annotated[
        Path | None, typer.Option(help="Draw the frontier and the cloud of programs (.png, .svg, .pdf).")
    ] = None,
) -> None:
    """List a run's non-dominated programs: minimal cost, maximal mean delta (or what `search.maximise` names)."""
    from harness.published.place import open_archive
    from harness.screen.frontier import frontier_points, sure_frontier
    from harness.screen.no_frontier import why_no_frontier
    from harness.screen.tables import print_frontier

    chosen = form(as_json, as_csv)
    with open_archive(archive, read_only=True) as opened:
        found = opened.run(opened.resolve_run(run))
        front = opened.frontier(found.id, cost)
        if sure:
            front = sure_frontier(front, found)
        if png is not None:
            from harness.report.charts import frontier_chart
            from harness.report.pictures import draw
            from harness.screen.views import basis

            ids = {program.id for program in front}
            chart = frontier_chart(opened.programs(found.id), found, ids, cost)
            draw("frontier", chart, png, basis(found))
        programs = [] if front else opened.programs(found.id)
    if chosen is Form.TABLE and not front:
        print(why_no_frontier(programs, found, cost))
    elif chosen is Form.TABLE:
        print_frontier(front, found, cost)
    else:
        print_listing(FRONTIER, frontier_points(front, found), chosen)


def lineage(
    name: Annotated[str, typer.Argument(metavar="RUN|PROGRAM", help="A run, or a program by its id.")] = "latest",
    archive: ArchiveOption = "ttc-archive.db",
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
) -> None:
    """Show who descends from whom: a whole run, or one program's ancestors and descendants."""
    from harness.published.place import open_archive, split
    from harness.screen.lineage import forest, relatives

    archive, name = split(name, archive)
    with open_archive(archive, read_only=True) as opened:
        if _is_program(name):
            program = opened.program(name)
            rows = relatives(opened.programs(program.run_id), program.id)
        else:
            rows = forest(opened.programs(opened.resolve_run(name)))
    print_listing(LINEAGE, rows, form(as_json, as_csv))


def show(
    program: ProgramArgument,
    archive: ArchiveOption = "ttc-archive.db",
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
    source: Annotated[bool, typer.Option("--source", help="Print the source alone.")] = False,
) -> None:
    """Show a program: its author's words, its outcomes (these alone as --csv), its source."""
    from harness.published.place import open_archive, split
    from harness.screen.tables import print_program, print_source
    from harness.screen.views import program_view

    archive, program = split(program, archive)
    with open_archive(archive, read_only=True) as opened:
        found = opened.program(program)
        run = opened.run(found.run_id)
    chosen = form(as_json, as_csv)
    if source:
        print_source(found.record.source)
    elif chosen is Form.JSON:
        print_json(program_view(found))
    elif chosen is Form.CSV:
        print_listing(OUTCOMES, found.record.outcomes, chosen)
    else:
        print_program(found, run)


def transcript(
    program: ProgramArgument,
    archive: ArchiveOption = "ttc-archive.db",
    as_json: JsonOption = False,
    whole: Annotated[
        bool, typer.Option("--whole", help="Print every prompt whole, and not what it adds to the one before.")
    ] = False,
) -> None:
    """Show what the model was told for a program and what it answered, attempt by attempt, with tokens and price."""
    from harness.published.place import open_archive, split
    from harness.screen.transcript import print_transcript, turns

    archive, program = split(program, archive)
    with open_archive(archive, read_only=True) as opened:
        found = opened.program(program)
        told = turns(opened, found.run_id, [found])
    if as_json:
        print_json([turn.row() for turn in told])
    else:
        print_transcript(found, told, whole=whole)


def diff(
    first: ProgramArgument,
    second: Annotated[str | None, typer.Argument(help="Another program; without it, FIRST and its parent.")] = None,
    archive: ArchiveOption = "ttc-archive.db",
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
) -> None:
    """Compare two programs: their sources line by line, and their deltas on each task (these alone as --csv)."""
    from harness.published.place import open_archive, split
    from harness.screen.comparison import between, compare_with_parent
    from harness.screen.tables import print_comparison

    (place, first), (other, second_) = split(first, archive), split(second or "", archive)
    with open_archive(place, read_only=True) as opened:
        if second is None:
            comparison = compare_with_parent(opened, opened.program(first))
        else:
            with open_archive(other, read_only=True) as opened_other:
                comparison = between(opened.program(first), opened_other.program(second_))
    chosen = form(as_json, as_csv)
    if chosen is Form.JSON:
        print_json(comparison.view())
    elif chosen is Form.CSV:
        print_listing(PAIRS, comparison.tasks, chosen)
    else:
        print_comparison(comparison)


def sql(
    query: Annotated[str, typer.Argument(help="One SELECT; `select name, sql from sqlite_master` shows the tables.")],
    archive: ArchiveOption = "ttc-archive.db",
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
) -> None:
    """Ask the archive a question of your own. Nothing can be changed by it."""
    from harness.published.place import open_archive
    from harness.screen.sql import query as ask

    with open_archive(archive, read_only=True) as opened:
        listing, rows = ask(opened, query)
    print_listing(listing, rows, form(as_json, as_csv))


def _is_program(name: str) -> bool:
    return "." in name or name.isdecimal()
