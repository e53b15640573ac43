"""What programs cost, from their recorded outcomes, on each axis that a frontier may have."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import median
from typing import Any, Literal, get_args

from archive.pareto import non_dominated
from archive.records import OutcomeRecord, Program, ProgramRecord, RunRecord, TaskRecord

Axis = Literal["texts", "tokens", "seconds", "latency", "vectors", "scoring", "bytes"]
"""What a cost is counted in; see `Costs`."""
AXES: tuple[Axis, ...] = get_args(Axis)
RATIOS: tuple[Axis, ...] = ("texts", "tokens", "seconds", "vectors")
"""The axes that are ratios to encoding everything once."""
OF_MANY: tuple[Axis, ...] = ("vectors", "scoring")
"""The axes that only an encoder of many vectors a text has."""
COST_WORDS: Mapping[Axis, str] = {
    "latency": "milliseconds a query",
    "scoring": "milliseconds of MaxSim and program a query",
    "bytes": "bytes kept of a document",
}
"""What a cost is called that is no ratio to encoding everything once."""
LONG_TEXTS = 2.0
"""A token ratio of more than so many times the text ratio is marked: the program asks for few, but long texts.

Reference programs have 0.44 to 1.18 times, ten documents in one text 6.4: scripts/truth/costs.py measures it.
"""
LEAST_WORK_S = 0.02
"""Seconds of one query below which nobody asks what they are spent on."""
LONG_TEXTS_FLAG = "long_texts"


@dataclass(frozen=True)
class Cost:
    """Texts, tokens, encoder seconds and vectors asked for."""

    texts: int = 0
    tokens: int = 0
    seconds: float = 0.0
    vectors: int | None = 0
    """None where they are not counted."""

    def __add__(self, other: "Cost") -> "Cost":
        return Cost(
            self.texts + other.texts,
            self.tokens + other.tokens,
            self.seconds + other.seconds,
            _both(self.vectors, other.vectors),
        )

    def ratio_to(self, baseline: "Cost", axis: Axis = "texts") -> float:
        """The cost ratio c = 1 + extra / baseline of this extra cost, on one of `RATIOS`.

        1 is what encoding every query and every document once costs. Costs of several tasks are added up before they
        are divided. Raises ZeroDivisionError where the baseline is nothing.
        """
        extra, base = getattr(self, axis), getattr(baseline, axis)
        return float(1 + extra / base)


@dataclass(frozen=True)
class Spent:
    """What a program used over some tasks."""

    cost: Cost = Cost()
    index: Cost = Cost()
    """Of that, what its index asked for."""
    cpu_s: float = 0.0
    index_cpu_s: float = 0.0
    index_bytes: int = 0
    alone_s: tuple[float, ...] = ()
    """Processor seconds for each query that was asked alone."""
    n_queries: int = 0
    n_documents: int = 0
    kept_bytes: int | None = 0
    """Of the encoder's vectors of documents, those that are read for a query; None where that is not known."""
    similarity_s: float | None = 0.0
    """Processor seconds of the MaxSim behind `sim`; None where that is not known, or where there is none."""

    def __add__(self, other: "Spent") -> "Spent":
        return Spent(**{name: _both(value, getattr(other, name)) for name, value in vars(self).items()})

    @classmethod
    def by(cls, outcome: OutcomeRecord, n_queries: int, n_documents: int) -> "Spent":
        """On a task of this size."""
        return cls(
            Cost(outcome.texts, outcome.tokens, outcome.encoder_seconds, outcome.vectors),
            Cost(outcome.index_texts, outcome.index_tokens, outcome.index_encoder_seconds, outcome.index_vectors),
            outcome.cpu_s,
            outcome.index_cpu_s,
            outcome.index_bytes,
            tuple(outcome.alone_s),
            n_queries,
            n_documents,
            outcome.kept_bytes,
            outcome.similarity_s,
        )


@dataclass(frozen=True)
class Costs:
    """What a program cost over the tasks that its numbers stand on; None where that cannot be told."""

    texts: float | None = None
    """Cost ratio c in texts, as it is published."""
    tokens: float | None = None
    """Cost ratio in tokens."""
    seconds: float | None = None
    """Cost ratio in seconds of the encoder, as they were measured when each text was first encoded."""
    latency: float | None = None
    """Milliseconds a query, of the program on one core, of the encoder and of the MaxSim behind `sim` where it is read,
    its index not counted: the mean over the batches in which queries came."""
    program_seconds: float | None = None
    """Processor seconds of the program itself, without the encoder, for each query, its index included."""
    query_texts: float | None = None
    """Texts that a query makes the program embed, beside the query."""
    index_texts: float | None = None
    """Texts that a document makes its index embed, beside the document; None without an index."""
    index_seconds: float | None = None
    """Seconds to index 1,000 documents that are embedded already; None without an index."""
    index_bytes: float | None = None
    """Bytes of index for each document; None without an index."""
    alone_median: float | None = None
    """Milliseconds of the program for a query asked alone, the median; None where none was."""
    alone_95: float | None = None
    """The 95th percentile of the same."""
    vectors: float | None = None
    """Cost ratio in vectors that texts come back with; None where a text has its one."""
    scoring: float | None = None
    """Milliseconds of comparing a query: of the MaxSim behind `sim` where it is read, and of the program, its index not
    counted; None where a text has its one vector."""
    bytes: float | None = None
    """Bytes kept of each document: the encoder's vectors that are read for a query, as it keeps them, and the index."""

    @classmethod
    def of(cls, spent: Spent, baseline: Cost) -> "Costs":
        """From sums over tasks: what the program used, and what encoding everything once costs."""
        n_queries, n_documents = spent.n_queries, spent.n_documents
        counted = [axis for axis in RATIOS if getattr(baseline, axis) and getattr(spent.cost, axis) is not None]
        ratios = {axis: spent.cost.ratio_to(baseline, axis) for axis in counted}
        asking = spent.cpu_s - spent.index_cpu_s + spent.cost.seconds - spent.index.seconds + (spent.similarity_s or 0)
        indexing = spent.index_cpu_s + spent.index.seconds
        indexed = bool(spent.index_bytes and n_documents)
        comparing = _both(spent.similarity_s, spent.cpu_s - spent.index_cpu_s)
        kept = _both(spent.kept_bytes, spent.index_bytes)
        return cls(
            **ratios,
            latency=1000 * asking / n_queries if n_queries else None,
            program_seconds=spent.cpu_s / n_queries if n_queries else None,
            query_texts=(spent.cost.texts - spent.index.texts) / n_queries if n_queries else None,
            index_texts=spent.index.texts / n_documents if indexed else None,
            index_seconds=1000 * indexing / n_documents if indexed else None,
            index_bytes=spent.index_bytes / n_documents if indexed else None,
            alone_median=1000 * median(spent.alone_s) if spent.alone_s else None,
            alone_95=1000 * _percentile(spent.alone_s, 0.95) if spent.alone_s else None,
            scoring=1000 * comparing / n_queries if comparing is not None and n_queries else None,
            bytes=kept / n_documents if kept is not None and n_documents else None,
        )

    def on(self, axis: Axis) -> float | None:
        """The cost on this axis: a ratio, or in its unit."""
        ratio: float | None = getattr(self, axis)
        return ratio

    @property
    def flags(self) -> list[str]:
        """`long_texts`, where counting texts hides most of what was encoded."""
        hidden = self.texts is not None and self.tokens is not None and self.tokens > LONG_TEXTS * self.texts
        return [LONG_TEXTS_FLAG] if hidden else []


def _both(a: Any, b: Any) -> Any:
    """The sum; None where either is not known."""
    return None if a is None or b is None else a + b


def _percentile(values: Sequence[float], share: float) -> float:
    """The least value that at least this share of the values does not exceed."""
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


def baseline_of(task: TaskRecord) -> Cost:
    """What encoding every query and every document of a task once costs."""
    return Cost(task.baseline_texts, task.baseline_tokens, task.baseline_seconds, task.baseline_vectors)


def costs_of(record: ProgramRecord, run: RunRecord) -> Costs:
    """A program's costs over the run's tasks of split `search`; empty unless it has a result on each.

    In texts it is the ratio that was recorded.
    """
    outcomes = {outcome.task: outcome for outcome in record.outcomes}
    tasks = [task for task in run.tasks if task.split == "search"]
    if record.cost_ratio is None or any(task.name not in outcomes for task in tasks):
        return Costs(texts=record.cost_ratio)
    costs = Costs.of(
        sum((Spent.by(outcomes[task.name], task.n_queries, task.n_documents) for task in tasks), Spent()),
        sum(map(baseline_of, tasks), Cost()),
    )
    return replace(costs, texts=record.cost_ratio)


def document_work(outcomes: Sequence[OutcomeRecord]) -> tuple[float, float] | None:
    """Seconds that a query asked alone takes a program without an index, and the share that does not depend on it.

    From the time of one query and that of all, on the task where it is longest: t(1) = a + b and t(Q) = a + b Q give
    the share a / t(1). None where no query was asked alone, where there is an index, and below `LEAST_WORK_S`.
    """
    alone = [(median(one.alone_s), one) for one in outcomes if one.alone_s and not one.index_bytes]
    if not alone:
        return None
    seconds, outcome = max(alone, key=lambda pair: pair[0])
    queries = 0 if outcome.per_query is None else len(outcome.per_query)
    if seconds < LEAST_WORK_S or queries < 2:
        return None
    fixed = (seconds * queries - outcome.cpu_s) / (queries - 1)
    return seconds, min(max(fixed / seconds, 0.0), 1.0)


def axis_of(run: RunRecord) -> Axis:
    """The axis that a run searched by: its setting `search.cost`; texts in runs from before there was one."""
    return axis_named(run.config.get("search", {}).get("cost"))


def axis_named(name: str | None) -> Axis:
    """The axis of this name; texts where there is none."""
    return next((axis for axis in AXES if axis == name), "texts")


def pricer(run: RunRecord, axis: Axis | None = None) -> Callable[[ProgramRecord], float | None]:
    """Who tells a program's cost ratio on an axis, by default the run's own."""
    chosen = axis or axis_of(run)
    return lambda record: costs_of(record, run).on(chosen)


def priced(programs: Sequence[Program], run: RunRecord, axis: Axis | None = None) -> list[Program]:
    """The same programs with the ratio on an axis, by default the run's own, as their `cost_ratio`."""
    price = pricer(run, axis)
    return [replace(program, record=replace(program.record, cost_ratio=price(program.record))) for program in programs]


def non_dominated_programs(programs: Sequence[Program], run: RunRecord, axis: Axis | None = None) -> list[Program]:
    """The frontier of cost on an axis, by default the run's own, against worth, cheapest first.

    In texts it is that of the view `frontier`. A program without a ratio on the axis is not on it.
    """
    price = pricer(run, axis)
    points = [
        (cost, program.record.worth, program)
        for program in programs
        if program.record.verdict == "ok"
        and program.record.status != "rejected"
        and program.record.worth is not None
        and (cost := price(program.record)) is not None
    ]
    kept = non_dominated([cost for cost, _, _ in points], [worth for _, worth, _ in points])
    return [points[place][2] for place in kept]
