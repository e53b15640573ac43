"""Inner products that do not depend on what else is computed beside them."""

import numpy as np

from primitives.arrays import FloatMatrix

COLUMNS_AT_ONCE = 10_000
PRODUCTS_AT_ONCE = 10_000_000
"""Together they bound the memory of the wider copies, of the columns and of their products."""


def cosines(rows: FloatMatrix, columns: FloatMatrix) -> FloatMatrix:
    """Inner products, for unit rows their cosines: (Q, dim) and (N, dim) -> float32 (Q, N).

    A row alone gets the same bits as in a batch. float32 products (`rows @ columns.T`) do not promise that: a library
    adds them up in another order for another number of rows, and where two scores nearly tie, ranks built on them
    change places. Here sums are float64, whose differences are lost when they are rounded to float32.
    """
    result = np.empty((len(rows), len(columns)), dtype=np.float32)
    wide = rows.astype(np.float64)
    step = max(1, min(COLUMNS_AT_ONCE, PRODUCTS_AT_ONCE // max(len(rows), 1)))
    for start in range(0, len(columns), step):
        end = start + step
        result[:, start:end] = wide @ columns[start:end].astype(np.float64).T
    return result
