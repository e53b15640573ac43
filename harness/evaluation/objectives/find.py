"""From `median(floor=-0.02)` to the objective."""

from collections.abc import Mapping
from dataclasses import fields, replace

from harness import plugins
from harness.errors import HarnessError, UsageError
from harness.evaluation.objectives.geometric_mean import GeometricMean
from harness.evaluation.objectives.mean import Mean
from harness.evaluation.objectives.median import Median
from harness.evaluation.objectives.objective import Objective
from harness.evaluation.objectives.weighted_latency import MeanMinusLatency
from harness.evaluation.spelling import near, take_apart

OBJECTIVES: Mapping[str, type[Objective]] = {
    objective.name: objective for objective in (Mean, Median, GeometricMean, MeanMinusLatency)
}
"""Every objective by its name."""


def find_objective(text: str, floor: float | None = None) -> Objective:
    """The objective that a text such as `mean`, or `mean_minus_latency(weight=0.01, floor=-0.02)`, names.

    A `floor` beside the text stands in place of one in it.
    Packages bring others, subclasses of Objective, under `ttc.objectives`.
    Raises UsageError naming what is wrong and the nearest objective that exists, JobError where a package cannot be
    imported.
    """
    spelled = take_apart(text)
    if spelled is None or spelled.cutoff is not None:
        raise UsageError(f"'{text}' is not an objective; write mean or median(floor=-0.02), for example.")
    kind = OBJECTIVES.get(spelled.name) or _brought(spelled.name)
    found = kind(**{key: _number(kind, key, value) for key, value in spelled.parameters.items()})
    return found if floor is None else replace(found, floor=floor)


def label_of(text: str) -> str:
    """What the number of a recorded objective is called; its own text where the package that brought it is not here."""
    try:
        return find_objective(text).label
    except HarnessError:
        return text


def _brought(name: str) -> type[Objective]:
    plugin = plugins.find(plugins.OBJECTIVES, name)
    if plugin is None:
        known = (*OBJECTIVES, *plugins.names(plugins.OBJECTIVES))
        raise UsageError(f"There is no objective '{name}'{near(name, known)}; choose one of {', '.join(known)}.")
    kind = plugin.load()
    if not (isinstance(kind, type) and issubclass(kind, Objective) and getattr(kind, "name", None) == name):
        raise UsageError(
            f"The {plugin} is no subclass of harness.evaluation.objectives.Objective with the name '{name}'; tell its "
            "makers, or choose another."
        )
    return kind


def _number(kind: type[Objective], key: str, value: str) -> float:
    offered = [field.name for field in fields(kind)]
    if key not in offered:
        close = near(key, offered)
        raise UsageError(f"{kind.name} has no parameter '{key}'{close}; it has {', '.join(offered)}.")
    try:
        return float(value)
    except ValueError:
        raise UsageError(f"The {key} of {kind.name} is '{value}'; it must be a number.") from None
