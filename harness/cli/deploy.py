"""Verbs that give something away: a program to put to use, a run to publish."""

import json
from pathlib import Path
from typing import Annotated

import typer

from harness.cli.completion import complete_named
from harness.cli.options import ArchiveOption, JsonOption, RunArgument, SettingsArgument
from harness.text import counted


def register(app: typer.Typer) -> None:
    """Add the verbs to the command line."""
    app.command()(export)
    app.command()(publish)


def export(
    program: Annotated[
        str,
        typer.Argument(
            help="Program id (RUN.NUMBER), a Python file or a reference program.", autocompletion=complete_named
        ),
    ],
    settings: SettingsArgument = None,
    out: Annotated[Path | None, typer.Option(help="Folder to make; by default the package's name.")] = None,
    archive: ArchiveOption = "ttc-archive.db",
    anyway: Annotated[bool, typer.Option(help="Export a program that something speaks against.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Write a program as a small Python package of its own, which installs and runs without this one.

    It carries the encoder of the program's run. Settings name another, for example encoder=wordllama.
    """
    from harness.export.facts import gather
    from harness.export.package import slug, write_package
    from harness.settings import compose

    facts = gather(program, archive, compose(settings).encoder if settings else None)
    folder = out or Path(f"ttc-{slug(facts.name).replace('_', '-')}")
    package = write_package(facts, folder, anyway=anyway)
    if as_json:
        told = {"folder": str(folder), "package": package, "cost_ratio": facts.costs.texts}
        print(json.dumps(told | {"flags": facts.flags, "audits": facts.audits}, indent=2))
        return
    if facts.concerns:
        print(f"Mind: {'; '.join(facts.concerns)}.")
    print(f"{facts.audits[0].upper()}{facts.audits[1:]}.")
    print(f"Wrote {folder}. Next: pip install {folder}, then: from {package} import Retriever")


def publish(
    run: RunArgument = "latest",
    settings: SettingsArgument = None,
    out: Annotated[Path | None, typer.Option(help="Folder to make; by default ttc-run-RUN.")] = None,
    licence: Annotated[str, typer.Option(help="Apache-2.0, as this project, or CC0-1.0.")] = "Apache-2.0",
    author: Annotated[
        list[str] | None, typer.Option(help="Who is to be cited; may be given several times.", show_default=False)
    ] = None,
    archive: ArchiveOption = "ttc-archive.db",
) -> None:
    """Write a run to a folder to give away: archive, report, findings, README, citation, licence.

    It quotes no text of the run's tasks, which are read again to make sure, and holds no key. Where folders have moved,
    say so: `ttc publish RUN "tasks.paths=[NEW/FOLDER]"`.
    """
    from harness.publication.publish import Terms
    from harness.publication.publish import publish as write_folder

    if "=" in run:
        raise typer.BadParameter('name the run before its settings: ttc publish latest "tasks.paths=[NEW/FOLDER]"')
    done = write_folder(archive, run, out, Terms(licence, tuple(author or ())), settings or [])
    print(f"{done.folder}: run {done.run_id}, {counted(done.programs, 'program')}, {done.size / 1e6:.1f} MB.")
    print(f"Read {done.folder}/README.md before you give it away.")
