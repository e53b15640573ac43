"""A task's inputs on their way to other machines: through the object store, once for each node. No label is in them."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from harness.errors import JobError
from harness.evaluation.similarities import MOST_CELLS
from harness.text import counted
from sandbox import TaskInputs
from sandbox.inputs import Layout, Similarity


@dataclass(frozen=True)
class Shipped:
    """References to what a node needs of a task."""

    key: str
    layout: Layout
    data: Any
    """ObjectRef of the sealed bytes, uint8."""
    similarity: Any
    """ObjectRef of the similarities: float32 (Q, width), or what computes rows of them where they are too large."""


@dataclass(frozen=True)
class Held:
    """Where the workers of a node find a task."""

    key: str
    layout: Layout
    path: str
    similarity: Any

    def open(self) -> TaskInputs:
        """The inputs in the node's shared memory. Raises OSError where its holder is gone."""
        import ray

        return TaskInputs.share(self.path, self.layout, rows_of(ray.get(self.similarity)))


def ship(key: str, inputs: TaskInputs) -> Shipped:
    """Put a task's inputs into the object store of this machine, from which others fetch them once.

    Raises JobError for similarities that neither fit nor can be computed elsewhere.
    """
    import ray

    similarities = _similarities(inputs)
    try:
        return Shipped(key, inputs.layout, ray.put(inputs.data()), ray.put(similarities))
    except TypeError as error:  # what computes them holds what cannot travel, such as an encoder
        raise JobError(
            f"The similarities of {counted(inputs.n_queries, 'query', 'queries')} and "
            f"{counted(inputs.n_documents, 'document')} are too many to be sent to other "
            "machines; set tasks.depth, or executor=local."
        ) from error


def rows_of(found: "NDArray[np.float32] | Similarity") -> Similarity:
    """Rows of a matrix that is mapped, or computed when they are asked for."""
    if callable(found):
        return found
    matrix = found
    return lambda first, end: matrix[first:end]


def _similarities(inputs: TaskInputs) -> "NDArray[np.float32] | Similarity":
    """All similarities, computed here as for a program here; what computes them where they take more than 1 GiB."""
    layout = inputs.layout
    if layout.n_queries * layout.width > MOST_CELLS:
        return inputs.similarity
    blocks = [inputs.similarity(*layout.window(number)) for number in range(layout.n_windows)]
    return np.concatenate(blocks).astype(np.float32, copy=False)
