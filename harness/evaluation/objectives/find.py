"""From `median(floor=-0.02)` to the objective."""

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

from harness import plugins
from harness.errors import HarnessError, UsageError
from harness.evaluation.objectives.geometric_mean import GeometricMean
from harness.evaluation.objectives.mean import Mean
from harness.evaluation.objectives.median import Median
from harness.evaluation.objectives.objective import Objective
from harness.evaluation.objectives.weighted_latency import MeanMinusLatency
from harness.evaluation.spelling import Spelled, near, take_apart

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
    built_in = OBJECTIVES.get(spelled.name)
    if built_in is not None:
        return _made(built_in, spelled, floor)
    plugin = _brought(spelled.name)
    kind = _checked(plugin)
    with plugins.making(plugin, text.strip(), "write other parameters"):
        return _made(kind, spelled, floor)


def label_of(text: str) -> str:
    """What the number of a recorded objective is called; its own text where the package that brought it is not here."""
    try:
        return find_objective(text).label
    except HarnessError:
        return text


def _made(kind: type[Objective], spelled: Spelled, floor: float | None) -> Objective:
    found = kind(**{key: _number(kind, key, value) for key, value in spelled.parameters.items()})
    return found if floor is None else replace(found, floor=floor)


def _brought(name: str) -> plugins.Plugin:
    plugin = plugins.find(plugins.OBJECTIVES, name)
    if plugin is None:
        known = (*OBJECTIVES, *plugins.names(plugins.OBJECTIVES))
        raise UsageError(
            f"There is no objective '{name}'{near(name, known)}; choose one of {', '.join(known)}, or install the "
            "package that brings it."
        )
    return plugin


def _checked(plugin: plugins.Plugin) -> type[Objective]:
    """The class that a package brings. Raises UsageError, for its makers, where it cannot be used as an objective."""
    kind: type[Objective] = plugin.load()
    if fault := _fault(kind, plugin.name):
        raise UsageError(f"The {plugin} {fault}; tell its makers, or choose another.")
    return kind


def _fault(kind: Any, name: str) -> str:
    """What is wrong with a brought class, as the rest of a sentence; empty where nothing is."""
    if not (isinstance(kind, type) and issubclass(kind, Objective) and getattr(kind, "name", None) == name):
        return f"is no subclass of harness.evaluation.objectives.Objective with the name '{name}'"
    if lacking := sorted(kind.__abstractmethods__):
        return f"lacks {' and '.join(lacking)}"
    if not isinstance(getattr(kind, "label", None), str):
        return "lacks a label, a text"
    for field in fields(kind):
        if field.default is not None and (
            isinstance(field.default, bool) or not isinstance(field.default, int | float)
        ):
            return f"has a parameter '{field.name}' without a number as its default"
    return ""


def _number(kind: type[Objective], key: str, value: str) -> float:
    offered = [field.name for field in fields(kind)]
    if key not in offered:
        close = near(key, offered)
        raise UsageError(f"{kind.name} has no parameter '{key}'{close}; it has {', '.join(offered)}.")
    try:
        return float(value)
    except ValueError:
        raise UsageError(f"The {key} of {kind.name} is '{value}'; it must be a number.") from None
