"""Options and arguments that several verbs share."""

from typing import Annotated

import typer

from harness.cli.completion import complete_program, complete_run
from harness.errors import UsageError
from harness.screen.listing import Form

ArchiveOption = Annotated[str, typer.Option("--archive", help="The archive file.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]
CsvOption = Annotated[bool, typer.Option("--csv", help="Print CSV.")]
RunArgument = Annotated[str, typer.Argument(help="Run id, its beginning, or `latest`.", autocompletion=complete_run)]
ProgramArgument = Annotated[
    str,
    typer.Argument(help="Program id (RUN.NUMBER), or a number in the latest run.", autocompletion=complete_program),
]
ProgramsArgument = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="PROGRAM|KEY=VALUE",
        help="Programs: files, ids, `frontier` (of the latest run, or `frontier:RUN`), `reference`; and settings.",
    ),
]


def form(as_json: bool, as_csv: bool) -> Form:
    """The form asked for. Raises UsageError for two at once."""
    if as_json and as_csv:
        raise UsageError("--json and --csv exclude each other; choose one.")
    return Form.JSON if as_json else Form.CSV if as_csv else Form.TABLE
