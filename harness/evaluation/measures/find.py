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
from harness.text import plain

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
        raise UsageError(f"'{name}' is no measure; write {_allowed(plugins.names(plugins.MEASURES))}.")
    kind = GRADED.get(spelled.name)
    if kind is not None:
        return kind(cutoff=spelled.cutoff, **_parameters(kind, spelled))
    plugin = plugins.find(plugins.MEASURES, spelled.name)
    if plugin is None:
        raise _unknown(name, spelled)
    return _brought(plugin, name.strip(), spelled)


def find_measures(searched: str, recorded: Sequence[str]) -> tuple[Measure, ...]:
    """The measure that a search goes by, then the others that are recorded, each once; nDCG@10 always is.

    Raises UsageError as `find_measure` does.
    """
    found = [find_measure(name) for name in (searched, *recorded)]
    return tuple({measure.name: measure for measure in (*found, NDCG_AT_10)}.values())


def _allowed(brought: Sequence[str]) -> str:
    return ALLOWED + (f", or {' or '.join(brought)}, which installed packages bring" if brought else "")


def _unknown(name: str, spelled: Spelled) -> UsageError:
    brought = plugins.names(plugins.MEASURES)
    ours = {each: symbol for symbol, measure in GRADED.items() for each in (symbol, *measure.also)}
    close = near(spelled.name, {each: each for each in brought} | ours)
    return UsageError(
        f"There is no measure '{name}'{close}; write {_allowed(brought)}, or install the package that brings it."
    )


def _brought(plugin: plugins.Plugin, text: str, spelled: Spelled) -> Measure:
    for key, value in spelled.parameters.items():
        if not value.isascii() or not value.isdigit():
            raise UsageError(f"The {key} of {spelled.name} is '{value}'; it must be a whole number.")
    options = {key: int(value) for key, value in spelled.parameters.items()}
    written = f"write it as {spelled.name}({{}}=2)@{spelled.cutoff or 10}"
    make = plugins.choose(plugins.MEASURES, spelled.name, {}, takes=("cutoff",), options=options, written=written)
    bare = spelled.cutoff is None
    fix = f"write it with its cutoff, as {text}@10" if bare else "write another cutoff or other options"
    with plugins.making(plugin, text, fix):
        measure: Measure = make(spelled.cutoff)
        own, per_query = getattr(measure, "name", None), getattr(measure, "per_query", None)
    if not isinstance(own, str) or not callable(per_query):
        raise UsageError(f"The {plugin} has no name and per_query; tell its makers, or choose another.")
    if not _reads_back(own, spelled):
        raise UsageError(
            f"The {plugin}, asked for as {text}, calls itself '{plain(own, 80)}', which is read as another or as none; "
            f"{fix if bare else 'choose another'}, or tell its makers."
        )
    return measure


def _reads_back(own: str, asked: Spelled) -> bool:
    """Whether the name that a measure bears leads to it again; one asked for without a cutoff may have its own."""
    read = take_apart(own)
    return read is not None and read.name == asked.name and asked.cutoff in (None, read.cutoff)


def _parameters(kind: type[GradedMeasure], spelled: Spelled) -> dict[str, int]:
    offered = [field.name for field in fields(kind) if field.name != "cutoff"]
    for key, value in spelled.parameters.items():
        if key not in offered:
            has = f"it has {', '.join(offered)}" if offered else "it has none"
            raise UsageError(f"{kind.symbol} has no parameter '{key}'; {has}, and its cutoff is written @10.")
        if not (value.isascii() and value.isdigit()):
            raise UsageError(f"The {key} of {kind.symbol} is '{value}'; it must be a whole number of at least 1.")
    return {key: int(value) for key, value in spelled.parameters.items()}
