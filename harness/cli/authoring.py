"""Verbs for an author outside the loop: ask and tell."""

from pathlib import Path
from typing import Annotated

import typer

from harness.cli.options import ArchiveOption, RunArgument


def register(app: typer.Typer) -> None:
    """Add the verbs to the command line."""
    app.command()(ask)
    app.command()(tell)
    app.command("try")(try_)
    app.command()(desk)


def ask(
    run: RunArgument = "latest",
    archive: ArchiveOption = "ttc-archive.db",
    out: Annotated[Path | None, typer.Option(help="Write the briefing here and not to the terminal.")] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be sent to the run's model, and its token count.")
    ] = False,
) -> None:
    """Print the briefing for the next program of a run, for a person or a coding agent to answer with `tell`."""
    from harness import api

    text = api.ask(run, archive=archive, requests=dry_run)
    if out is None:
        print(text, end="")
    else:
        out.write_text(text, "utf-8")


def tell(
    run: RunArgument,
    file: Annotated[Path | None, typer.Argument(help="The answer to `ask`, or a Python file with rerank.")] = None,
    archive: ArchiveOption = "ttc-archive.db",
    watch: Annotated[
        Path | None, typer.Option(help="Keep asking and telling through this folder: briefing-N.md, answer-N.md.")
    ] = None,
) -> None:
    """Check, evaluate and record a program written outside the loop, as the loop would."""
    from harness.cli.tell import tell_file, watch_folder
    from harness.errors import UsageError

    if (file is None) == (watch is None):
        raise UsageError("Name a file with the answer, or a folder with --watch.")
    if watch is not None:
        watch_folder(archive, run, watch)
    elif file is not None:
        raise typer.Exit(0 if tell_file(archive, run, file) else 1)


def try_(
    run: RunArgument,
    file: Annotated[Path, typer.Argument(help="An answer to `ask`, or a Python file with rerank.")],
    archive: ArchiveOption = "ttc-archive.db",
    part: Annotated[int, typer.Option(help="Which fifth of the queries to look at, from 1; 0 looks at all.")] = 1,
) -> None:
    """Measure a program on a part of the queries before spending a generation on it; recorded as a trial."""
    from harness.cli.tell import try_file

    raise typer.Exit(0 if try_file(archive, run, file, part) else 1)


def desk(
    run: RunArgument,
    folder: Annotated[Path, typer.Argument(help="A new folder, or the desk of the same run.")],
    archive: ArchiveOption = "ttc-archive.db",
) -> None:
    """Write every program of a run with all that its author may know to a folder of files, for a coding agent to read.

    A run with `proposer.desk` keeps such a folder itself.
    """
    from harness import api

    written = api.write_desk(run, folder, archive=archive)
    print(f"{written}: begin with README.md.")
