"""Verbs that run programs: discover, resume, evaluate, budget, operations."""

from typing import Annotated

import typer

from harness.cli.options import (
    ArchiveOption,
    ConfigDirOption,
    ConfigNameOption,
    CsvOption,
    JsonOption,
    NamedArgument,
    ProgramsArgument,
    RunArgument,
    SettingsArgument,
    form,
    sources,
)
from harness.errors import UsageError
from harness.screen.columns import OPERATIONS

OVERRIDES = {"ignore_unknown_options": True}
"""A word that looks like an option is told what it is taken for: a setting that does not exist."""


def register(app: typer.Typer) -> None:
    """Add the verbs to the command line."""
    app.command(context_settings=OVERRIDES)(discover)
    app.command(context_settings=OVERRIDES)(resume)
    app.command(context_settings=OVERRIDES)(evaluate)
    app.command(context_settings=OVERRIDES)(budget)
    columns = ", ".join(column.name for column in OPERATIONS.data_columns)
    app.command(epilog=f"Columns of --csv: {columns}.")(operations)


def discover(
    words: SettingsArgument = None,
    show_config: Annotated[bool, typer.Option("--show-config", help="Print the composed settings and stop.")] = False,
    multirun: Annotated[
        bool, typer.Option("--multirun", "-m", help="Run one search after another: `-m search.seed=1,2`.")
    ] = False,
    config_dir: ConfigDirOption = None,
    config_name: ConfigNameOption = "config",
    cfg: Annotated[str | None, typer.Option("--cfg", "-c", help="`job` does what --show-config does.")] = None,
) -> None:
    """Search for programs. Settings are key=value: `ttc discover proposer=recombine search.generations=20`.

    `--show-config` lists every setting; `-m key=a,b` runs one search after another, and exits with 1 where one of them
    failed or was stopped.
    """
    if cfg not in (None, "job"):
        raise UsageError(f"There is no --cfg {cfg} here; write --cfg job.")
    found = sources(config_dir, config_name)
    if multirun:
        from harness.cli.sweep import show_each, sweep

        if show_config or cfg:
            show_each(words or [], found)
            return
        raise typer.Exit(0 if sweep(words or [], found) else 1)
    from harness.settings import compose

    settings = compose(words or [], found)
    if show_config or cfg:
        from harness.settings import as_yaml

        print(as_yaml(settings), end="")
        return
    from harness.cli.searching import run_search

    raise typer.Exit(run_search(settings))


def resume(
    run: RunArgument = "latest",
    words: SettingsArgument = None,
    archive: ArchiveOption = "ttc-archive.db",
) -> None:
    """Continue a run after any kind of end; the result is that of an unbroken run.

    Limits may be changed: `ttc resume RUN caps.dollars=20 search.generations=200`; places, where files have moved:
    `ttc resume RUN "tasks.paths=[NEW/FOLDER]"`; and where programs run: `ttc resume RUN executor=ray`.
    """
    from harness.cli.searching import resume_search

    if "=" in run:
        raise typer.BadParameter("name the run before its settings, for example: ttc resume latest caps.dollars=20")
    raise typer.Exit(resume_search(archive, run, words or []))


def evaluate(
    program: NamedArgument,
    words: SettingsArgument = None,
    as_json: JsonOption = False,
    config_dir: ConfigDirOption = None,
    config_name: ConfigNameOption = "config",
) -> None:
    """Evaluate one program on the configured tasks, and audit it on each. Settings are key=value, as for `discover`."""
    from harness.cli.evaluating import evaluate_named
    from harness.settings import compose

    settings = compose(words or [], sources(config_dir, config_name))
    raise typer.Exit(evaluate_named(program, settings, as_json=as_json))


def budget(
    program: NamedArgument,
    words: SettingsArgument = None,
    knob: Annotated[
        str,
        typer.Option(
            help="A top-level constant of the program and its values, `--knob MOST=1,2,4`, or a number of its encoder, "
            "`--knob encoder.max_tokens=64,256`."
        ),
    ] = "",
    chooser: Annotated[
        list[str] | None, typer.Option(help="A program that decides for each query what to spend; as many as you like.")
    ] = None,
    as_json: JsonOption = False,
    config_dir: ConfigDirOption = None,
    config_name: ConfigNameOption = "config",
) -> None:
    """How much compute does a query deserve? One program at several values of one number, query by query.

    Fixed budgets, oracles (which have seen the labels, and are called so) and choosers without labels, at equal mean
    cost; and programs that choose for themselves, each at its own. `search.cost` says what cost is counted in; --json
    has the curve of every query.
    """
    from harness.cli.budgets import study_named
    from harness.settings import compose

    settings = compose(words or [], sources(config_dir, config_name))
    raise typer.Exit(study_named(program, knob, chooser or [], settings, as_json=as_json))


def operations(words: ProgramsArgument = None, as_json: JsonOption = False, as_csv: CsvOption = False) -> None:
    """Which classical operations do programs contain? `ttc operations frontier`, `ttc operations my_program.py`.

    What is found comes with its evidence: primitives that a program calls, and, for bare numpy code too, how its scores
    respond when one thing changes in a constructed world. An operation that is not found may still be there.
    """
    from harness.screen.operations import list_operations

    raise typer.Exit(0 if list_operations(words or [], form(as_json, as_csv)) else 1)
