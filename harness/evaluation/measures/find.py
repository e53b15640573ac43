"""From `nDCG@10` to the measure."""

from collections.abc import Mapping, Sequence
from dataclasses import fields

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

    Raises UsageError naming what is wrong and what is allowed.
    """
    spelled = take_apart(name)
    if spelled is None:
        raise UsageError(f"'{name}' is no measure; write {ALLOWED}.")
    kind = GRADED.get(spelled.name)
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


def _parameters(kind: type[GradedMeasure], spelled: Spelled) -> dict[str, int]:
    offered = [field.name for field in fields(kind) if field.name != "cutoff"]
    for key, value in spelled.parameters.items():
        if key not in offered:
            has = f"it has {', '.join(offered)}" if offered else "it has none"
            raise UsageError(f"{kind.symbol} has no parameter '{key}'; {has}, and its cutoff is written @10.")
        if not (value.isascii() and value.isdigit()):
            raise UsageError(f"The {key} of {kind.symbol} is '{value}'; it must be a whole number of at least 1.")
    return {key: int(value) for key, value in spelled.parameters.items()}
