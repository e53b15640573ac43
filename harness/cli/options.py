"""Options and arguments that several verbs share."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from harness.cli.completion import complete_named, complete_program, complete_run, complete_setting, complete_word
from harness.errors import UsageError
from harness.screen.listing import Form
from harness.settings.words import Sources

ArchiveOption = Annotated[
    str, typer.Option("--archive", help="The archive file; `published` and `published-control` come with the package.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]
CsvOption = Annotated[bool, typer.Option("--csv", help="Print CSV.")]
CostOption = Annotated[
    Literal["texts", "tokens", "seconds", "latency", "vectors", "scoring", "bytes"] | None,
    typer.Option(help="What cost is counted in; by default what the run counted it in, `search.cost`."),
]
RunArgument = Annotated[str, typer.Argument(help="Run id, its beginning, or `latest`.", autocompletion=complete_run)]
ProgramArgument = Annotated[
    str,
    typer.Argument(
        help="Program id (RUN.NUMBER, published.81), or a number in the latest run.", autocompletion=complete_program
    ),
]
ProgramsArgument = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="PROGRAM|KEY=VALUE",
        help="Programs: files, ids (`published.81` is of the published run), `frontier` (of the latest run, or "
        "`frontier:RUN`), `reference`; and settings.",
        autocompletion=complete_word,
    ),
]
NamedArgument = Annotated[
    str,
    typer.Argument(
        help="A Python file, a program id, or the name of a reference program.", autocompletion=complete_named
    ),
]
SettingsArgument = Annotated[
    list[str] | None, typer.Argument(metavar="KEY=VALUE", help="Settings.", autocompletion=complete_setting)
]

ConfigDirOption = Annotated[
    Path | None, typer.Option("--config-dir", "-cd", help="A folder with group files of your own.")
]
ConfigNameOption = Annotated[
    str, typer.Option("--config-name", "-cn", help="The file to start from, with or without .yaml.")
]


def sources(config_dir: Path | None, config_name: str) -> Sources:
    """Where configuration is read from."""
    return Sources(config_dir, config_name.removesuffix(".yaml"))


def form(as_json: bool, as_csv: bool) -> Form:
    """The form asked for. Raises UsageError for two at once."""
    if as_json and as_csv:
        raise UsageError("--json and --csv exclude each other; choose one.")
    return Form.JSON if as_json else Form.CSV if as_csv else Form.TABLE
