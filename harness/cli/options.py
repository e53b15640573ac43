"""Options that several verbs share."""

from typing import Annotated

import typer

ArchiveOption = Annotated[str, typer.Option("--archive", help="The archive file.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]
RunArgument = Annotated[str, typer.Argument(help="Run id, its beginning, or `latest`.")]
