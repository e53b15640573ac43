"""How sure a delta on one task is, from its queries."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

RESAMPLES = 1000
SEED = 0
METHOD = f"95 % percentile bootstrap of the task's queries, {RESAMPLES:,} resamples, seed {SEED}"


def query_intervals(deltas: ArrayLike) -> NDArray[np.float32]:
    """95 % intervals of the mean over queries, for many programs on one task at once.

    Takes per-query deltas (P, Q) and returns float32 (P, 2). All programs are resampled alike, so a row does not
    depend on which others are given (Efron and Tibshirani, 1993, section 13.3).
    """
    values = np.asarray(deltas, dtype=np.float32)
    n_queries = values.shape[1]
    counts = np.random.default_rng(SEED).multinomial(n_queries, np.full(n_queries, 1 / n_queries), size=RESAMPLES)
    means = values @ (counts.T.astype(np.float32) / np.float32(n_queries))
    return np.quantile(means, [0.025, 0.975], axis=1).T.astype(np.float32)
