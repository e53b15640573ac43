"""One program on the configured tasks, outside any run: nothing is recorded."""

import json
from pathlib import Path

from archive import Archive
from harness.encoders.meter import Cost
from harness.errors import UsageError
from harness.evaluate import Evaluation
from harness.settings import Settings
from harness.tables import print_evaluation
from harness.tasks.load import load_tasks
from harness.workbench import open_workbench
from primitives import programs
from sandbox import rules


def evaluate_program(named: str, settings: Settings, *, as_json: bool) -> bool:
    """Evaluate a file, an archived program or a reference program; False when it did not end OK on every task.

    Raises UsageError when there is no such program.
    """
    source = find_source(named, settings.archive.path)
    violations = rules.check(source, allow_primitives=settings.program.primitives)
    if violations:
        first = violations[0]
        print(f"The program breaks {len(violations)} static rules; {first.code}, line {first.line}: {first.message}")
        return False
    with open_workbench(settings, load_tasks(settings.tasks)) as bench:
        evaluation = bench.evaluator.evaluate(source)
        baselines = {task.name: task.baseline_ndcg for task in bench.tasks}
    if as_json:
        print(json.dumps(evaluation_view(evaluation, baselines), indent=2))
    else:
        print_evaluation(evaluation, baselines)
    return evaluation.failure is None


def find_source(named: str, archive_path: str) -> str:
    """The source of a file, of an archived program (RUN.NUMBER) or of a reference program.

    Raises UsageError when there is none, ArchiveError when an id is not in the archive.
    """
    path = Path(named).expanduser()
    if path.is_file():
        try:
            return path.read_text("utf-8")
        except UnicodeDecodeError as error:
            raise UsageError(f"{named} is not UTF-8 text (byte {error.start}); save it as UTF-8.") from error
    if named in programs.names():
        return programs.source(named)
    if named.endswith(".py") or "/" in named:
        raise UsageError(f"There is no file {named}; name a Python file, a program id or a reference program.")
    if "." in named or named.isdigit():
        with Archive.open(archive_path, read_only=True) as archive:
            return archive.program(named).record.source
    raise UsageError(
        f"There is no program '{named}'; name a Python file, a program id or one of {', '.join(programs.names())}."
    )


def evaluation_view(evaluation: Evaluation, baselines: dict[str, float]) -> dict[str, object]:
    """An evaluation as a JSON-ready mapping."""
    extra = sum((outcome.cost for outcome in evaluation.outcomes), Cost())
    return {
        "mean_delta": evaluation.mean_delta,
        "cost_ratio": evaluation.cost_ratio,
        "wins": evaluation.wins,
        "ties": evaluation.ties,
        "losses": evaluation.losses,
        "tasks": len(baselines),
        "extra": vars(extra),
        "outcomes": [
            {
                "task": outcome.task,
                "verdict": outcome.verdict.value,
                "reason": outcome.reason,
                "baseline_ndcg": baselines[outcome.task],
                "ndcg": outcome.ndcg,
                "delta": outcome.delta,
                "texts": outcome.cost.texts,
                "tokens": outcome.cost.tokens,
                "encoder_seconds": outcome.cost.seconds,
                "cpu_s": outcome.execution.cpu_s,
            }
            for outcome in evaluation.outcomes
        ],
    }


def require_allowed(name: str, source: str, *, allow_primitives: bool = True) -> None:
    """Raise UsageError where a program breaks a static rule."""
    violations = rules.check(source, allow_primitives=allow_primitives)
    if violations:
        first = violations[0]
        raise UsageError(
            f"Program {name} breaks a static rule ({first.code}, line {first.line}: {first.message}) "
            "and cannot be run; mend it or leave it out."
        )
