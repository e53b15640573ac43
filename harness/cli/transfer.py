"""Verbs that judge programs away from the search that found them."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from harness.cli.options import CostOption, JsonOption, ProgramsArgument

if TYPE_CHECKING:
    from harness.cli.outputs import Outputs

CsvOption = Annotated[Path | None, typer.Option(help="Write one line a cell.")]
LatexOption = Annotated[Path | None, typer.Option(help="Write the table of programs.")]
HeatmapOption = Annotated[Path | None, typer.Option(help="Draw the matrix (.png, .svg, .pdf).")]


def register(app: typer.Typer) -> None:
    """Add the verbs to the command line."""
    app.command()(transfer)
    app.command()(heads)


def transfer(
    words: ProgramsArgument = None,
    again: Annotated[bool, typer.Option("--again", help="Evaluate every cell once more; recorded as such.")] = False,
    as_json: JsonOption = False,
    csv: CsvOption = None,
    latex: LatexOption = None,
    heatmap: HeatmapOption = None,
    cost: CostOption = None,
) -> None:
    """Judge programs on held-out tasks: `ttc transfer frontier reference my.py encoders=minilm,wordllama`.

    Settings are key=value, as for `discover`; tasks are `tasks=heldout19` unless told otherwise. Cells that the archive
    has are not evaluated again, so an interrupted transfer goes on where it was.
    """
    from harness.cli.matrices import run_transfer

    complete = run_transfer([*(words or []), *_counted(cost)], _outputs(as_json, csv, latex, heatmap), again=again)
    raise typer.Exit(0 if complete else 1)


def heads(
    words: ProgramsArgument = None,
    held_out: Annotated[
        list[str] | None, typer.Option("--held-out", help="A setting of the tasks to judge on; may be repeated.")
    ] = None,
    as_json: JsonOption = False,
    csv: CsvOption = None,
    latex: LatexOption = None,
    heatmap: HeatmapOption = None,
    cost: CostOption = None,
) -> None:
    """Train projection heads on tasks and judge them beside programs: `ttc heads reference encoders=minilm,e5-small`.

    Heads are trained on `tasks` with the first encoder, and judged on all encoders named: on the queries they were
    trained on, on other queries of those tasks, and on held-out tasks (`--held-out tasks=folder --held-out
    tasks.paths=FOLDERS`; heldout19 unless told otherwise).
    """
    from harness.cli.matrices import run_heads

    complete = run_heads([*(words or []), *_counted(cost)], held_out or [], _outputs(as_json, csv, latex, heatmap))
    raise typer.Exit(0 if complete else 1)


def _counted(cost: str | None) -> list[str]:
    return [] if cost is None else [f"search.cost={cost}"]


def _outputs(as_json: bool, csv: Path | None, latex: Path | None, heatmap: Path | None) -> "Outputs":
    """Where to write; a picture that could not be drawn is refused before anything is evaluated."""
    from harness.cli.outputs import Outputs
    from harness.report.pictures import require_picture

    if heatmap is not None:
        require_picture(heatmap)
    return Outputs(as_json, csv, latex, heatmap)
