"""The verb about this machine: doctor."""

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from harness.cli.options import JsonOption

if TYPE_CHECKING:
    from sandbox.doctor import Diagnosis


def register(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    app.command()(doctor)


def doctor(
    level: Annotated[str, typer.Option(help="Isolation asked for: strict, standard, weak or none.")] = "strict",
    as_json: JsonOption = False,
) -> None:
    """Try forbidden operations inside a confined process and show what was really denied.

    Ends with 1 when this machine confines programs less than the level asked for.
    """
    from sandbox.doctor import diagnose

    diagnosis = diagnose(level, each=True)
    if as_json:
        print(json.dumps(_view(diagnosis), indent=2))
    else:
        _print(diagnosis)
    raise typer.Exit(0 if diagnosis.sufficient else 1)


def _view(diagnosis: "Diagnosis") -> dict[str, Any]:
    return {
        "asked": diagnosis.asked,
        "sufficient": diagnosis.sufficient,
        "isolation": vars(diagnosis.isolation),
        "layers": [vars(layer) for layer in diagnosis.layers],
        "trials": [vars(trial) for trial in diagnosis.trials],
    }


def _print(diagnosis: "Diagnosis") -> None:
    from harness.screen.tables import new_table, print_table

    isolation = diagnosis.isolation
    print(f"isolation: {isolation.level} (asked: {diagnosis.asked}), kernel {isolation.kernel}")
    if not diagnosis.sufficient:
        print(diagnosis.refusal)
    print()
    layers = new_table("layer", "state", "why not", "stops alone")
    for layer in diagnosis.layers:
        alone = "" if layer.alone is None else f"{len(layer.alone)} of {len(diagnosis.trials)}"
        layers.add_row(layer.name, "active" if layer.active else "absent", layer.detail, alone)
    print_table(layers)
    print()
    trials = new_table("a program tries to", "result", "by")
    for trial in diagnosis.trials:
        trials.add_row(trial.description, "denied" if trial.denied else "REACHED", trial.outcome)
    print_table(trials)
