"""A part of a task's inputs in another order: what audits ask programs about."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from harness.evaluation.difference import Scores
from harness.evaluation.prepared import spread
from sandbox import Backend, EmbedCallback, Execution, Limits, Take, TaskInputs
from sandbox.inputs import map_inputs


@dataclass(frozen=True)
class Part:
    """Some queries and documents of a task, in the order given, by their places in it."""

    rows: NDArray[np.int64]
    columns: NDArray[np.int64]

    def of(self, inputs: TaskInputs) -> TaskInputs:
        """These inputs alone, each query's own documents as far as they are here. Close them when done."""
        whole = map_inputs(inputs.descriptor, inputs.layout)
        similarity = rows_of(inputs, self.rows)
        shortlist = None
        if inputs.layout.shortlist:
            shortlist, similarity = self._listed(inputs, similarity)
        else:
            similarity = similarity[:, self.columns]
        return TaskInputs.create(
            whole.q_emb[self.rows],
            whole.d_emb[self.columns],
            similarity,
            [whole.q_texts[row] for row in self.rows.tolist()],
            [whole.d_texts[column] for column in self.columns.tolist()],
            shortlist=shortlist,
            q_vec=whole.q_vec.take(self.rows) if whole.q_vec is not None else None,
            d_vec=whole.d_vec.take(self.columns) if whole.d_vec is not None else None,
        )

    def spread(self, scores: Scores, inputs: TaskInputs) -> Scores:
        """Scores that a program gave this part of `inputs`, (n, width), as (n, N) for the N documents of the part."""
        if not inputs.layout.shortlist:
            return scores
        listed, _ = self._listed(inputs, rows_of(inputs, self.rows))
        return spread(scores, listed, len(self.columns))

    def _listed(self, inputs: TaskInputs, similarity: Scores) -> tuple[NDArray[np.int32], Scores]:
        """Each query's documents by their places in this part, in the order of these, and their similarities."""
        most = np.iinfo(np.int32).max
        place_of = np.full(inputs.n_documents + 1, most, np.int32)
        place_of[self.columns] = np.arange(len(self.columns))
        places = place_of[inputs.shortlist[self.rows]]
        order = np.argsort(places, axis=1)
        places = np.take_along_axis(places, order, axis=1)
        return np.where(places == most, -1, places).astype(np.int32), np.take_along_axis(similarity, order, axis=1)


class Runs(Protocol):
    """Runs programs on tasks and on parts of them, in confinement of one kind; see `sandbox.Backend`."""

    def run(
        self,
        source: str,
        inputs: TaskInputs,
        part: Part | None,
        *,
        embed: EmbedCallback,
        limits: Limits,
        take: Take | None = None,
    ) -> Execution:
        """Run a program on a part of a task's inputs, or on all of them."""


@dataclass(frozen=True)
class LocalRuns:
    """In a sandbox of this machine."""

    backend: Backend

    def run(
        self,
        source: str,
        inputs: TaskInputs,
        part: Part | None,
        *,
        embed: EmbedCallback,
        limits: Limits,
        take: Take | None = None,
    ) -> Execution:
        """See Runs."""
        with opened(inputs, part) as asked:
            return self.backend.run(source, asked, embed=embed, limits=limits, take=take)


@contextmanager
def opened(inputs: TaskInputs, part: Part | None) -> Iterator[TaskInputs]:
    """A part of inputs for as long as it takes; the inputs themselves without one."""
    if part is None:
        yield inputs
        return
    with part.of(inputs) as own:
        yield own


def rows_of(inputs: TaskInputs, rows: NDArray[np.int64]) -> Scores:
    """The similarities of some queries, (n, width)."""
    if inputs.layout.n_windows == 1:
        return inputs.similarity(0, inputs.n_queries)[rows]
    return np.concatenate([inputs.similarity(row, row + 1) for row in rows.tolist()])


def similarity_of(inputs: TaskInputs, rows: NDArray[np.int64]) -> Scores:
    """The same over all documents, (n, N): those that a query does not rank are as its last."""
    return spread(rows_of(inputs, rows), inputs.shortlist[rows], inputs.n_documents)
