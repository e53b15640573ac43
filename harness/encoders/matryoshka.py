"""Unit rows, and narrower ones cut from them.

Source: Matryoshka Representation Learning (Kusupati et al., 2022): the leading components of a vector, normalised
again, are a vector of their own.
"""

import numpy as np

from harness.encoders.protocol import EncodeRefused, FloatMatrix


def unit_rows(vectors: FloatMatrix) -> FloatMatrix:
    """Divide each row of float32 (n, d) by its length.

    A row of zeros (a static model's answer to a text without tokens) has no direction; it becomes the constant unit
    row, so that no program meets a division by zero.
    """
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    constant = np.float32(1 / np.sqrt(max(1, vectors.shape[1])))
    return np.where(lengths > 0, vectors / np.where(lengths > 0, lengths, 1), constant).astype(np.float32)


def cut(vectors: FloatMatrix, dim: int | None) -> FloatMatrix:
    """Keep the first `dim` components of unit rows, float32 (n, d), and normalise again; None keeps all.

    Raises EncodeRefused unless 1 <= dim <= d.
    """
    width = vectors.shape[1]
    if dim is None or dim == width:
        return vectors
    if not isinstance(dim, int) or not 1 <= dim <= width:
        raise EncodeRefused(
            f"The encoder's vectors are {width} wide; dim must be an integer from 1 to {width}, not {dim!r}."
        )
    return unit_rows(vectors[:, :dim])
