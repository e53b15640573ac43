"""Verbs for an archive as a file: export, import, merge, parquet, check, vacuum."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from harness.cli.completion import complete_run
from harness.cli.options import ArchiveOption

if TYPE_CHECKING:
    from archive.portable import Imported

verbs = typer.Typer(no_args_is_help=True, help="Carry, join, check and shrink archives.")


def register(app: typer.Typer) -> None:
    """Add the verbs to the command line."""
    app.add_typer(verbs, name="archive")


@verbs.command()
def export(
    file: Annotated[Path, typer.Argument(help="The file to write.")],
    runs: Annotated[
        list[str] | None, typer.Argument(help="Runs; without them, all.", autocompletion=complete_run)
    ] = None,
    archive: ArchiveOption = "ttc-archive.db",
) -> None:
    """Write runs to one portable file: an archive that is complete in itself, with their ids."""
    from archive.portable import export_file
    from harness.published.place import open_archive
    from harness.text import counted

    with open_archive(archive, read_only=True) as opened:
        run_ids = [opened.resolve_run(run) for run in runs] if runs else None
        export_file(opened, file, run_ids)
        count = len(opened.runs() if run_ids is None else run_ids)
    print(f"{file}: {counted(count, 'run')}, {file.stat().st_size / 1e6:.1f} MB.")


@verbs.command(name="import")
def import_(
    file: Annotated[Path, typer.Argument(help="An archive file.")], archive: ArchiveOption = "ttc-archive.db"
) -> None:
    """Take all runs of another archive file into this one. What differs under one id is told, and this one's kept."""
    from archive.portable import import_file
    from harness.published.place import open_archive

    with open_archive(archive) as opened:
        imported = import_file(opened, file)
    raise typer.Exit(_tell(file, imported))


@verbs.command()
def merge(
    files: Annotated[list[Path], typer.Argument(help="Archive files; where they differ, the first one's is kept.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="The file to write.")],
) -> None:
    """Write the runs of several archive files to a new one."""
    from archive.portable import merge as merge_files

    merged = merge_files(files, output)
    codes = [_tell(file, imported) for file, imported in merged.items()]
    print(f"{output}: {output.stat().st_size / 1e6:.1f} MB.")
    raise typer.Exit(max(codes))


@verbs.command()
def parquet(
    folder: Annotated[Path, typer.Argument(help="The folder to make.")],
    runs: Annotated[
        list[str] | None, typer.Argument(help="Runs; without them, all.", autocompletion=complete_run)
    ] = None,
    archive: ArchiveOption = "ttc-archive.db",
) -> None:
    """Write everything as Parquet, for pandas, Polars or DuckDB: a file a table, down to each program on each query.

    A table without a row has no file. `harness.frames()` gives the same as dataframes.
    """
    from harness.dataframes import write_parquet
    from harness.published.place import open_archive
    from harness.text import counted

    with open_archive(archive, read_only=True) as opened:
        run_ids = [opened.resolve_run(run) for run in runs] if runs else None
        written = write_parquet(opened, folder, run_ids)
    for name, rows in written.items():
        print(f"{folder / name}: {counted(rows, 'row')}.")


@verbs.command()
def check(archive: ArchiveOption = "ttc-archive.db") -> None:
    """Check that an archive is whole: the file, what refers to what, and every number that another one implies."""
    from archive.checking import check as complaints_of
    from harness.published.place import open_archive
    from harness.text import plain

    with open_archive(archive, read_only=True) as opened:
        complaints = complaints_of(opened)
    for complaint in complaints:
        print(plain(complaint, 2000))
    print(f"{archive}: {'whole' if not complaints else f'complaints: {len(complaints)}'}.")
    raise typer.Exit(1 if complaints else 0)


@verbs.command()
def vacuum(archive: ArchiveOption = "ttc-archive.db") -> None:
    """Make the file as small as it can be; nothing that a run refers to is lost."""
    from archive.checking import vacuum as shrink
    from harness.published.place import open_archive

    with open_archive(archive, create=False) as opened:
        before, after = shrink(opened)
    print(f"{archive}: {before / 1e6:.2f} MB before, {after / 1e6:.2f} MB after.")


def _tell(file: Path, imported: "Imported") -> int:
    """Print what came of an import and return the exit code: 1 where something differed."""
    from harness.text import counted, plain

    for conflict in imported.conflicts:
        print(plain(conflict, 2000))
    print(
        f"{file}: {counted(len(imported.added), 'new run')}, {len(imported.known)} known, "
        f"{counted(imported.cells, 'new held-out cell')}, {counted(len(imported.conflicts), 'conflict')}."
    )
    return 1 if imported.conflicts else 0
