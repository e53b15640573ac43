"""One program on the configured tasks, from the command line."""

from harness.evaluation.single import evaluate_source, evaluation_view
from harness.programs.find import find_source
from harness.screen.lines import Lines
from harness.screen.listing import print_json
from harness.screen.tables import print_evaluation
from harness.settings import Settings
from sandbox import rules


def evaluate_named(named: str, settings: Settings, *, as_json: bool) -> int:
    """Evaluate a file, an archived program or a reference program; 0 where it ended OK on every task.

    Raises UsageError when there is no such program.
    """
    source = find_source(named, settings.archive.path)
    violations = rules.check(source, allow_primitives=settings.program.primitives)
    if violations:
        first = violations[0]
        print(f"The program breaks {len(violations)} static rules; {first.code}, line {first.line}: {first.message}")
        return 1
    with Lines() as lines:
        single = evaluate_source(source, settings, watcher=lines)
    if as_json:
        print_json(evaluation_view(single.evaluation, single.baselines))
    else:
        print_evaluation(single.evaluation, single.baselines)
    return 0 if single.evaluation.failure is None else 1
