"""Verbs that make pages: report, watch."""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from harness.cli.completion import complete_run
from harness.cli.options import ArchiveOption, CostOption

if TYPE_CHECKING:
    from harness.report.write import Part


WhatArgument = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="RUN|ARCHIVE",
        help="A run, by default the latest, or an archive file for all its runs; several are compared.",
        autocompletion=complete_run,
    ),
]


def register(app: typer.Typer) -> None:
    """Add the verbs to the command line."""
    app.command()(report)
    app.command()(watch)


def report(
    what: WhatArgument = None,
    archive: ArchiveOption = "ttc-archive.db",
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="The file; by default ttc-report-RUN.html.")
    ] = None,
    figures: Annotated[Path | None, typer.Option(help="Also draw each chart as SVG and PNG into this folder.")] = None,
    cost: CostOption = None,
) -> None:
    """Write a page that shows a run: whether it holds, frontier, programs, lineage, spending, transfer, methods.

    Two runs or more are compared too: `ttc report RUN CONTROL`, `ttc report mine.db theirs.db`. It needs no network.
    """
    from harness.published.place import open_archive
    from harness.report.write import write_gathered
    from harness.text import counted

    named = what or ["latest"]
    with ExitStack() as stack:
        parts: dict[str, Part] = {}
        for place, run in _places(named, archive):
            if place not in parts:
                parts[place] = (stack.enter_context(open_archive(place, read_only=True)), [])
            opened, run_ids = parts[place]
            run_ids += [opened.resolve_run(run)] if run else [one.id for one in opened.runs()]
        path = output or Path(f"ttc-report-{_stem(named, parts)}.html")
        data = write_gathered(list(parts.values()), path, figures, cost)
    runs, programs = len(data["runs"]), sum(len(run["programs"]) for run in data["runs"])
    print(f"{path}: {counted(runs, 'run')}, {counted(programs, 'program')}, {path.stat().st_size / 1e6:.1f} MB.")
    if figures is not None:
        print(f"Figures are in {figures}.")


def _places(named: Sequence[str], archive: str) -> list[tuple[str, str]]:
    """For each name its archive and run; an archive that is named itself has no run, which stands for all."""
    from harness.published.place import is_packaged

    return [(one, "") if Path(one).is_file() or is_packaged(one) else (archive, one) for one in named]


def _stem(named: Sequence[str], parts: "Mapping[str, Part]") -> str:
    """What a page is called: the one run or archive on it."""
    if len(named) > 1:
        return "comparison"
    ((place, (archive, run_ids)),) = parts.items()
    return archive.path.stem if place == named[0] else run_ids[0]


def watch(
    what: WhatArgument = None,
    archive: ArchiveOption = "ttc-archive.db",
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The port; 0 takes a free one.")] = 8765,
) -> None:
    """Serve the report of a run while it goes on, to a browser on this machine; of several, compared as they go on.

    The first is followed to whichever is the latest; the others stand beside it: `ttc watch latest published-control`.
    """
    from harness.report.server import serve

    serve(_places(what or ["latest"], archive), host, port)
