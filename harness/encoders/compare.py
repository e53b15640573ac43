"""MaxSim where the encoder computes: in numpy on a processor, by sentence-transformers on a GPU."""

from itertools import pairwise
from typing import Any

import numpy as np

from harness.encoders.protocol import FloatMatrix
from primitives import MultiVectors, maxsim

ELEMENTS = 1 << 28
"""Numbers that a GPU holds at once for it: 1 GiB."""


def compared(
    queries: MultiVectors, documents: MultiVectors, *, mean: bool, floor: float | None = None, device: str = "cpu"
) -> FloatMatrix:
    """MaxSim on a device, float32 (Q, N): see `primitives.maxsim`."""
    if device.startswith("cuda"):
        return by_library(queries, documents, mean=mean, floor=floor, device=device)
    return maxsim(queries, documents, mean=mean, floor=floor)


def by_library(
    queries: MultiVectors,
    documents: MultiVectors,
    *,
    mean: bool,
    floor: float | None,
    device: str,
    elements: int = ELEMENTS,
) -> FloatMatrix:
    """The same by sentence-transformers on a device of torch, which holds `elements` numbers at once.

    The least score that a query's vector may add, `floor`, must be 0 or None.
    """
    from sentence_transformers.util import maxsim as library_maxsim

    found = library_maxsim(
        _tensors(queries),
        _tensors(documents, zero=floor is not None),
        chunk_elements=elements,
        length_normalize=mean,
        device=device,
    )
    scores: FloatMatrix = found.cpu().numpy()
    return scores


def _tensors(many: MultiVectors, *, zero: bool = False) -> list[Any]:
    """One a text, (K, dim); with `zero` a row of zeros behind it, so that no maximum is below 0."""
    import torch

    rows = torch.from_numpy(np.ascontiguousarray(many.vectors))
    parts = [rows[first:end] for first, end in pairwise(many.offsets.tolist())]
    return [torch.nn.functional.pad(part, (0, 0, 0, 1)) for part in parts] if zero else parts
