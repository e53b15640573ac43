"""How sure a delta on one task is, from its queries."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from harness.transfer.intervals import bounds

METHOD = "95 % over the task's queries, by Student's t and Hall's correction for skewness"


def query_intervals(deltas: ArrayLike) -> NDArray[np.float32]:
    """95 % intervals of the mean over queries, for many programs on one task at once.

    Takes per-query deltas (P, Q) and returns float32 (P, 2); NaN from a single query.
    """
    values = np.asarray(deltas, dtype=np.float64)
    if values.shape[1] < 2:
        return np.full((len(values), 2), np.nan, dtype=np.float32)
    return np.stack(bounds([values]), axis=1).astype(np.float32)
