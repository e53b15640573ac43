"""What a shell offers for a run, a program or a setting when Tab is pressed."""

from collections.abc import Iterator

import typer


def complete_run(ctx: typer.Context, incomplete: str) -> Iterator[tuple[str, str]]:
    """Runs of the archive, newest first, with when they began and what they are."""
    from archive import ArchiveError
    from harness.published.place import open_archive

    try:
        with open_archive(_archive(ctx), read_only=True) as archive:
            for run in archive.runs():
                if run.id.startswith(incomplete):
                    yield run.id, f"{run.created[:16]} {run.status}"
    except ArchiveError:
        return


def complete_program(ctx: typer.Context, incomplete: str) -> Iterator[tuple[str, str]]:
    """Programs: of the run whose id is written already, otherwise of the latest."""
    from archive import ArchiveError
    from harness.published.place import open_archive
    from harness.text import plain

    try:
        with open_archive(_archive(ctx), read_only=True) as archive:
            run_text, dot, _ = incomplete.rpartition(".")
            for program in archive.programs(archive.resolve_run(run_text if dot else "latest")):
                for name in (program.id, str(program.number)):
                    if name.startswith(incomplete):
                        yield name, plain(program.record.name, 60)
                        break
    except ArchiveError:
        return


def complete_setting(incomplete: str) -> Iterator[tuple[str, str]]:
    """Settings, and the values of those that have few."""
    from harness.settings.offers import offers

    return offers(incomplete)


def complete_named(ctx: typer.Context, incomplete: str) -> Iterator[tuple[str, str]]:
    """Whatever names a program: reference programs and those of the latest run; files are the shell's to offer."""
    from primitives.programs import names

    yield from ((name, "a reference program") for name in names() if name.startswith(incomplete))
    yield from complete_program(ctx, incomplete)


def complete_word(ctx: typer.Context, incomplete: str) -> Iterator[tuple[str, str]]:
    """A program or a setting."""
    if "=" not in incomplete:
        several = (("frontier", "of the latest run"), ("reference", "all reference programs"), ("encoders=", "several"))
        yield from (one for one in several if one[0].startswith(incomplete))
        yield from complete_named(ctx, incomplete)
    yield from complete_setting(incomplete)


def _archive(ctx: typer.Context) -> str:
    return str(ctx.params.get("archive") or "ttc-archive.db")
