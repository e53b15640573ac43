"""The array types that the primitives share."""

import numpy as np
from numpy.typing import NDArray

FloatMatrix = NDArray[np.float32]
"""float32, two-dimensional: scores (Q, N), or one vector per row."""

FloatVector = NDArray[np.float32]
"""float32, one-dimensional: one number for each document."""

FloatStack = NDArray[np.float32]
"""float32, three-dimensional: one matrix for each query."""

IndexArray = NDArray[np.int64]
"""int64 positions."""
