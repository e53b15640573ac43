"""One program on the configured tasks, from the command line."""

from harness import api
from harness.screen.lines import Lines
from harness.screen.listing import print_json
from harness.screen.tables import print_evaluation
from harness.settings import Settings
from harness.text import counted


def evaluate_named(named: str, settings: Settings, *, as_json: bool) -> int:
    """Evaluate a file, an archived program or a reference program; 0 where it ended OK on every task.

    Raises UsageError when there is no such program.
    """
    with Lines() as lines:
        found = api.evaluate(named, settings, watcher=lines)
    if found.single is None:
        first = found.violations[0]
        rules = counted(len(found.violations), "static rule")
        print(f"The program breaks {rules}; {first.code}, line {first.line}: {first.message}")
        return 1
    if as_json:
        print_json(found.view())
    else:
        print_evaluation(found.single)
    return 0 if found.ok else 1
