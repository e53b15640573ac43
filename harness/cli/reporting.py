"""Verbs that make pages: report, watch."""

from pathlib import Path
from typing import Annotated

import typer

from harness.cli.completion import complete_run
from harness.cli.options import ArchiveOption, CostOption, RunArgument


def register(app: typer.Typer) -> None:
    """Add the verbs to the command line."""
    app.command()(report)
    app.command()(watch)


def report(
    what: Annotated[
        str,
        typer.Argument(
            metavar="RUN|ARCHIVE",
            help="A run, or an archive file for all its runs.",
            autocompletion=complete_run,
        ),
    ] = "latest",
    archive: ArchiveOption = "ttc-archive.db",
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="The file; by default ttc-report-RUN.html.")
    ] = None,
    figures: Annotated[Path | None, typer.Option(help="Also draw each chart as SVG and PNG into this folder.")] = None,
    cost: CostOption = None,
) -> None:
    """Write a page that shows a run: frontier, programs, lineage, spending, transfer, methods. It needs no network."""
    from harness.published.place import is_packaged, open_archive
    from harness.report.write import write_report

    whole = Path(what).is_file() or is_packaged(what)
    with open_archive(what if whole else archive, read_only=True) as opened:
        run_ids = [run.id for run in opened.runs()] if whole else [opened.resolve_run(what)]
        path = output or Path(f"ttc-report-{opened.path.stem if whole else run_ids[0]}.html")
        data = write_report(opened, run_ids, path, figures, cost)
    programs = sum(len(run["programs"]) for run in data["runs"])
    print(f"{path}: {len(run_ids)} run(s), {programs} programs, {path.stat().st_size / 1e6:.1f} MB.")
    if figures is not None:
        print(f"Figures are in {figures}.")


def watch(
    run: RunArgument = "latest",
    archive: ArchiveOption = "ttc-archive.db",
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The port; 0 takes a free one.")] = 8765,
) -> None:
    """Serve the report of a run while it goes on, to a browser on this machine."""
    from harness.report.server import serve

    serve(archive, run, host, port)
