"""Verbs that put a program to use."""

import json
from pathlib import Path
from typing import Annotated

import typer

from harness.cli.options import ArchiveOption, JsonOption


def register(app: typer.Typer) -> None:
    """Add the verbs to the command line."""
    app.command()(export)


def export(
    program: Annotated[str, typer.Argument(help="Program id (RUN.NUMBER), a Python file or a reference program.")],
    out: Annotated[Path | None, typer.Option(help="Folder to make; by default the package's name.")] = None,
    archive: ArchiveOption = "ttc-archive.db",
    as_json: JsonOption = False,
) -> None:
    """Write a program as a small Python package of its own, which installs and runs without this one."""
    from harness.export.facts import gather
    from harness.export.package import slug, write_package

    facts = gather(program, archive)
    folder = out or Path(f"ttc-{slug(facts.name).replace('_', '-')}")
    package = write_package(facts, folder)
    if as_json:
        print(json.dumps({"folder": str(folder), "package": package, "cost_ratio": facts.cost_ratio}, indent=2))
    else:
        print(f"Wrote {folder}. Next: pip install {folder}, then: from {package} import Retriever")
