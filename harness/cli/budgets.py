"""A program at several budgets, from the command line."""

from collections.abc import Sequence

from harness import api
from harness.errors import UsageError
from harness.screen.budget import print_study
from harness.screen.lines import Lines
from harness.screen.listing import print_json
from harness.settings import Settings


def study_named(named: str, knob: str, choosers: Sequence[str], settings: Settings, *, as_json: bool) -> int:
    """Study a file, an archived program or a reference program; `knob` is NAME=VALUE,VALUE,... Raises UsageError."""
    name, separator, written = knob.partition("=")
    try:
        values = [_number(one) for one in written.split(",")]
    except ValueError:
        separator = ""
    if not separator or not all(part.isidentifier() for part in name.split(".")):
        raise UsageError(f"--knob {knob} is not a name and its numbers; write for example --knob MOST=1,2,4.")
    with Lines() as lines:
        found = api.budget(named, name, values, settings, choosers=choosers, watcher=lines)
    if as_json:
        print_json(found.view())
    else:
        print_study(found)
    return 0


def _number(text: str) -> int | float:
    return int(text) if text.strip().lstrip("-").isdigit() else float(text)
