"""From `nDCG@10` to the measure."""

from collections.abc import Mapping, Sequence
from dataclasses import fields

from harness import plugins
from harness.errors import UsageError
from harness.evaluation.measures.average_precision import AveragePrecision
from harness.evaluation.measures.graded import GradedMeasure
from harness.evaluation.measures.measure import Measure
from harness.evaluation.measures.ndcg import NDCG
from harness.evaluation.measures.precision import Precision
from harness.evaluation.measures.recall import Recall
from harness.evaluation.measures.reciprocal_rank import ReciprocalRank
from harness.evaluation.spelling import Spelled, near, take_apart

GRADED: Mapping[str, type[GradedMeasure]] = {
    measure.symbol: measure for measure in (NDCG, Recall, ReciprocalRank, AveragePrecision, Precision)
}
ALLOWED = "nDCG@k, R@k, RR@k, AP@k or P@k, with a whole number from 1 up for k"

NDCG_AT_10: Measure = NDCG(10)
"""Searched for by default, and recorded whatever else is."""


def find_measure(name: str) -> Measure:
    """The measure of a name such as `nDCG@10`, `RR` or `AP(rel=2)@100`, which it bears itself.

    One that a package brings under `ttc.measures` is called with its cutoff, or None, and its parameters by name.
    Raises UsageError naming what is wrong and what is allowed, JobError where a package cannot be imported.
    """
    spelled = take_apart(name)
    if spelled is None:
        raise UsageError(f"'{name}' is no measure; write {ALLOWED}.")
    kind = GRADED.get(spelled.name)
    if kind is None and spelled.name in plugins.names(plugins.MEASURES):
        return _brought(spelled)
    if kind is None:
        known = {each: symbol for symbol, measure in GRADED.items() for each in (symbol, *measure.also)}
        raise UsageError(f"There is no measure '{name}'{near(spelled.name, known)}; write {ALLOWED}.")
    return kind(cutoff=spelled.cutoff, **_parameters(kind, spelled))


def find_measures(searched: str, recorded: Sequence[str]) -> tuple[Measure, ...]:
    """The measure that a search goes by, then the others that are recorded, each once; nDCG@10 always is.

    Raises UsageError as `find_measure` does.
    """
    found = [find_measure(name) for name in (searched, *recorded)]
    return tuple({measure.name: measure for measure in (*found, NDCG_AT_10)}.values())


def _brought(spelled: Spelled) -> Measure:
    for key, value in spelled.parameters.items():
        if not value.isascii() or not value.isdigit():
            raise UsageError(f"The {key} of {spelled.name} is '{value}'; it must be a whole number.")
    options = {key: int(value) for key, value in spelled.parameters.items()}
    make = plugins.choose(plugins.MEASURES, spelled.name, {}, takes=("cutoff",), options=options)
    measure: Measure = make(spelled.cutoff)
    if not isinstance(getattr(measure, "name", None), str) or not callable(getattr(measure, "per_query", None)):
        raise UsageError(f"The measure '{spelled.name}' has no name and per_query; tell its makers, or choose another.")
    return measure


def _parameters(kind: type[GradedMeasure], spelled: Spelled) -> dict[str, int]:
    offered = [field.name for field in fields(kind) if field.name != "cutoff"]
    for key, value in spelled.parameters.items():
        if key not in offered:
            has = f"it has {', '.join(offered)}" if offered else "it has none"
            raise UsageError(f"{kind.symbol} has no parameter '{key}'; {has}, and its cutoff is written @10.")
        if not (value.isascii() and value.isdigit()):
            raise UsageError(f"The {key} of {kind.symbol} is '{value}'; it must be a whole number of at least 1.")
    return {key: int(value) for key, value in spelled.parameters.items()}
