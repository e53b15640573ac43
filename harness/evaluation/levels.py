"""What a budget study turns: a constant of the program, or a number among the settings of its encoder or tasks."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from harness.errors import UsageError
from harness.evaluation.given import GIVEN
from harness.evaluation.knob import turned
from harness.settings import Settings, from_config

Number = int | float

SETTINGS = ("encoder.", "tasks.depth")
"""What names of settings begin with; a name without a dot is one of the program's own."""


@dataclass(frozen=True)
class Level:
    """One budget: a program, and the settings that it runs with."""

    name: str
    source: str
    settings: Settings


def is_setting(knob: str) -> bool:
    """Whether a knob is a setting and not a constant of the program."""
    return "." in knob


def levels_of(source: str, knob: str, values: Sequence[Number], settings: Settings) -> list[Level]:
    """A program at each value. Raises UsageError for a knob that there is not, and for a value that it cannot have."""
    if not is_setting(knob):
        return [Level(f"{knob}={value}", turned(source, knob, value), settings) for value in values]
    if not knob.startswith(SETTINGS):
        raise UsageError(f"{knob} is no knob; name a constant of the program, tasks.depth, or a setting of encoder.")
    if knob.startswith("encoder.") and settings.encoder.kind == GIVEN:
        raise UsageError(f"{knob} has no effect on an encoder that is an object; name one in the settings.")
    name = knob.rpartition(".")[2]
    return [Level(f"{name}={value}", source, _with(settings, knob, value)) for value in values]


def _with(settings: Settings, key: str, value: Number) -> Settings:
    mapping: dict[str, Any] = asdict(settings)
    *path, last = key.split(".")
    inner = mapping
    for part in path:
        inner = inner.get(part)  # type: ignore[assignment]
        if not isinstance(inner, dict):
            raise UsageError(f"There is no setting {key}; `ttc discover --show-config` lists them.")
    inner[last] = value.item() if hasattr(value, "item") else value  # numpy's numbers are no settings
    return from_config(mapping)
