"""Whether cost can be counted on an axis with the encoder at hand."""

from collections.abc import Sequence

from archive import OF_MANY, RATIOS, Axis
from harness.errors import UsageError
from harness.evaluation.prepared import PreparedTask


def require_counted(axis: Axis | str, tasks: Sequence[PreparedTask]) -> None:
    """Raise UsageError where the encoder counts nothing of what cost is to be counted in."""
    if axis in OF_MANY and not all(task.inputs.layout.d_vectors for task in tasks):
        raise UsageError(
            f"The encoder gives a text one vector, which {axis} says nothing of; use search.cost=texts or latency."
        )
    if axis in RATIOS and not all(getattr(task.cost, axis) for task in tasks):
        raise UsageError(f"The encoder counts no {axis}, so no program has a cost; use search.cost=texts.")
