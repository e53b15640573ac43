"""Measures that see of a ranking only its grades: two numbers per query, whose ratio is the result."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from harness.errors import UsageError
from harness.evaluation.measures.judgments import Judgments
from harness.evaluation.measures.measure import Measure


@dataclass(frozen=True)
class GradedMeasure(ABC):
    """A measure of one query's ranking, from 0 to 1: what the ranking gained over what it could have gained."""

    cutoff: int | None = None
    """How many documents from the top count; None: all of them."""

    symbol: ClassVar[str]
    also: ClassVar[tuple[str, ...]] = ()
    """Other names that people write; they are told the right one."""
    needs_cutoff: ClassVar[bool] = False
    """Whether trec_eval has the measure only with a cutoff."""

    def __post_init__(self) -> None:
        """Raise UsageError where a parameter is out of range."""
        if self.cutoff is None and self.needs_cutoff:
            raise UsageError(f"{self.symbol} needs a cutoff; write {self.symbol}@10, for example.")
        for key, value in self._parameters().items():
            if value is not None and value < 1:
                raise UsageError(f"The {key} of {self.symbol} is {value}; it must be at least 1.")

    @property
    def name(self) -> str:
        """See Measure."""
        changed = {field.name: field.default for field in fields(self) if field.name != "cutoff"}
        shown = [f"{key}={value}" for key, value in self._parameters().items() if value != changed.get(key, value)]
        return (
            self.symbol + (f"({','.join(shown)})" if shown else "") + ("" if self.cutoff is None else f"@{self.cutoff}")
        )

    def per_query(self, scores: NDArray[np.floating], judgments: Judgments) -> NDArray[np.float64]:
        """See Measure."""
        return measure_together(scores, judgments, [self])[self.name]

    @abstractmethod
    def gained(self, grades: NDArray[np.float64]) -> NDArray[np.float64]:
        """The numerator of each query, float64 (Q,).

        `grades` (Q, depth) holds the grade of each document from the top of the ranking down, 0 where it has none or
        a negative one; it is cut at the cutoff, or at the number of documents where they are fewer.
        """

    @abstractmethod
    def attainable(self, best: NDArray[np.float64]) -> NDArray[np.float64]:
        """The denominator of each query, float64 (Q,); 0 makes the result 0. `best` is that of `Judgments`."""

    def _parameters(self) -> dict[str, int | None]:
        return {field.name: getattr(self, field.name) for field in fields(self)}


@dataclass(frozen=True)
class BinaryMeasure(GradedMeasure):
    """A measure that knows only relevant and not relevant."""

    rel: int = 1
    """The least grade that is relevant."""

    def relevant(self, grades: NDArray[np.float64]) -> NDArray[np.float64]:
        """1 where the grade is relevant, else 0."""
        return (grades >= self.rel).astype(np.float64)

    def n_relevant(self, grades: NDArray[np.float64]) -> NDArray[np.float64]:
        """The number of relevant documents of each row, float64 (Q,)."""
        found: NDArray[np.float64] = np.count_nonzero(grades >= self.rel, axis=1).astype(np.float64)
        return found


def measure_together(
    scores: NDArray[np.floating], judgments: Judgments, measures: Sequence[Measure]
) -> dict[str, NDArray[np.float64]]:
    """Several measures of one matrix by name, each as `Measure.per_query` has it; graded ones share one ranking.

    A measure's numbers are the same to the last bit whatever else is measured with it.
    """
    graded = {measure.name: measure for measure in measures if isinstance(measure, GradedMeasure)}
    shared = _measure_graded(scores, judgments, graded) if graded else {}
    return {
        measure.name: shared[measure.name] if measure.name in graded else measure.per_query(scores, judgments)
        for measure in measures
    }


def _measure_graded(
    scores: NDArray[np.floating], judgments: Judgments, measures: dict[str, GradedMeasure]
) -> dict[str, NDArray[np.float64]]:
    n_queries, width = len(judgments.query_ids), judgments.width
    depths = {name: min(measure.cutoff or width, width) for name, measure in measures.items()}
    gained = {name: np.zeros(n_queries) for name in measures}
    for rows, grades in judgments.ranked(scores, max(depths.values())):
        for name, measure in measures.items():
            gained[name][rows] = measure.gained(np.ascontiguousarray(grades[:, : depths[name]]))
    for name, measure in measures.items():
        attainable = measure.attainable(judgments.best)
        gained[name] = np.divide(gained[name], attainable, out=np.zeros(n_queries), where=attainable > 0)
    return gained
