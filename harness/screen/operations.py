"""The operations of named programs, listed with their evidence."""

import sys
from collections.abc import Sequence

from harness.errors import UsageError
from harness.programs.named import NamedProgram, read_programs
from harness.programs.operations.detect import Rediscovery, rediscover
from harness.screen.columns import OPERATIONS, FoundOperation
from harness.screen.listing import Form, print_cells, print_listing
from harness.screen.live import working
from harness.text import plain
from harness.transfer.request import read_settings
from sandbox import Sandbox


def list_operations(words: Sequence[str], form: Form) -> bool:
    """Find and list the operations of the programs that `words` name; False where a program's behaviour is unknown.

    As a table, several programs have a row each and one program a row for each finding. Raises UsageError for a word
    that names nothing, and for no program at all.
    """
    (settings, *_), named = read_settings(words, default_tasks=None)
    if not named:
        raise UsageError("No program is named; name files, ids, `frontier` or `reference`: ttc operations frontier.")
    programs = read_programs(named, settings)
    with Sandbox(level=settings.sandbox.level, allow_primitives=settings.program.primitives) as sandbox:
        found = []
        for number, program in enumerate(programs, start=1):
            with working(f"running {plain(program.name, 60)} in constructed worlds ({number} of {len(programs)})"):
                found.append((program, rediscover(program.source, sandbox)))
    if form is Form.TABLE and len(found) > 1:
        _print_overview(found)
    else:
        rows = [FoundOperation(program.name, finding) for program, seen in found for finding in seen.findings]
        print_listing(OPERATIONS, rows, form)
    for program, seen in found:
        if seen.complaint:
            print(f"{plain(program.name)}: {plain(seen.complaint, 500)}", file=sys.stderr)
    return not any(seen.complaint for _, seen in found)


def _print_overview(found: Sequence[tuple[NamedProgram, Rediscovery]]) -> None:
    rows = [[program.name, ", ".join(seen.operations) or "none found"] for program, seen in found]
    print_cells(["program", "operations"], rows)
    print("What was seen of each: name one program alone, or add --json or --csv.")
