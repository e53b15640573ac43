"""Per-query values as a blob: little-endian float32, one value a query, in the order of the task's `query_ids`."""

import numpy as np
from numpy.typing import NDArray

from archive.errors import ArchiveError

PACKED = np.dtype("<f4")


def pack(values: NDArray[np.floating] | None) -> bytes | None:
    """Pack values of shape (Q,) into 4 * Q bytes; None stays None."""
    return None if values is None else np.asarray(values, dtype=PACKED).tobytes()


def unpack(blob: bytes | None) -> NDArray[np.float32] | None:
    """Undo `pack`: float32 (Q,). Raises ArchiveError for bytes that `pack` cannot have made."""
    if blob is None:
        return None
    if len(blob) % PACKED.itemsize:
        raise ArchiveError(
            f"The archive holds values that are not four bytes each ({len(blob)} in all); it is damaged."
        )
    return np.frombuffer(blob, dtype=PACKED).astype(np.float32)
