"""Per-query values as a blob: little-endian float32, one value a query, in the order of the task's `query_ids`."""

import numpy as np
from numpy.typing import NDArray

PACKED = np.dtype("<f4")


def pack(values: NDArray[np.floating] | None) -> bytes | None:
    """Pack values of shape (Q,) into 4 * Q bytes; None stays None."""
    return None if values is None else np.asarray(values, dtype=PACKED).tobytes()


def unpack(blob: bytes | None) -> NDArray[np.float32] | None:
    """Undo `pack`: float32 (Q,)."""
    return None if blob is None else np.frombuffer(blob, dtype=PACKED).astype(np.float32)
