"""A task's inputs in one sealed piece of anonymous memory, filled once and mapped by every run."""

from __future__ import annotations

import marshal
import mmap
import os
from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType

import numpy as np
from numpy.typing import NDArray

from sandbox import memory

ALIGNMENT = 64


@dataclass(frozen=True)
class Layout:
    """Where each part of the inputs lies; all that a child must know to map them."""

    n_queries: int
    n_documents: int
    dim: int
    text_bytes: int

    def shapes(self) -> tuple[tuple[int, int], ...]:
        """Shapes of `q_emb`, `d_emb` and `sim`, float32, in the order in which they lie."""
        return (self.n_queries, self.dim), (self.n_documents, self.dim), (self.n_queries, self.n_documents)

    def offsets(self) -> list[int]:
        """Byte offsets of the three arrays, of the texts, and the total size."""
        offsets = [0]
        for rows, columns in self.shapes():
            offsets.append(_aligned(offsets[-1] + 4 * rows * columns))
        return [*offsets, offsets[-1] + self.text_bytes]


def _aligned(offset: int) -> int:
    return -(-offset // ALIGNMENT) * ALIGNMENT


class TaskInputs:
    """Inputs of one task, shared with every run on it; programs map a private copy and cannot change them.

    Close it, or use it as a context manager, to free the memory.
    """

    def __init__(self, descriptor: int, path: str, layout: Layout) -> None:
        self.descriptor = descriptor
        self.path = path
        """Where a process of the same user may open the inputs while this one lives."""
        self.layout = layout

    @classmethod
    def create(
        cls,
        q_emb: NDArray[np.float32],
        d_emb: NDArray[np.float32],
        sim: NDArray[np.float32],
        q_texts: Sequence[str],
        d_texts: Sequence[str],
    ) -> TaskInputs:
        """Copy arrays (Q, dim), (N, dim), (Q, N), converted to float32, and Q and N texts into sealed memory.

        Raises ValueError when the shapes or the numbers of texts do not fit together.
        """
        # marshal, because only the child reads it, with this very interpreter: it decodes a long list of strings
        # faster than anything else in the standard library.
        texts = marshal.dumps((list(q_texts), list(d_texts)))
        layout = Layout(len(q_texts), len(d_texts), q_emb.shape[-1], len(texts))
        arrays = (q_emb, d_emb, sim)
        for name, array, shape in zip(("q_emb", "d_emb", "sim"), arrays, layout.shapes(), strict=True):
            if array.shape != shape:
                raise ValueError(f"{name} has the shape {array.shape}; the texts and q_emb say {shape}.")
        *offsets, text_offset, size = layout.offsets()
        descriptor, path = memory.allocate("task-inputs", size)
        try:
            for offset, array in zip(offsets, arrays, strict=True):
                _write(descriptor, _bytes(array), offset)
            _write(descriptor, memoryview(texts), text_offset)
            memory.seal(descriptor, memory.SEAL_ALL)
        except BaseException:
            memory.release(descriptor, path)
            raise
        return cls(descriptor, path, layout)

    @property
    def n_queries(self) -> int:
        return self.layout.n_queries

    @property
    def n_documents(self) -> int:
        return self.layout.n_documents

    @property
    def dim(self) -> int:
        return self.layout.dim

    @property
    def text_bytes(self) -> int:
        """Bytes that all texts take."""
        return self.layout.text_bytes

    @property
    def n_bytes(self) -> int:
        """Bytes that the inputs take."""
        return self.layout.offsets()[-1]

    def close(self) -> None:
        """Free the memory; runs that have mapped it keep it until they end."""
        if self.descriptor >= 0:
            memory.release(self.descriptor, self.path)
            self.descriptor = -1

    def __enter__(self) -> TaskInputs:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()


@dataclass(frozen=True)
class MappedInputs:
    """A private, writable view of a task's inputs inside a child."""

    q_emb: NDArray[np.float32]
    d_emb: NDArray[np.float32]
    sim: NDArray[np.float32]
    q_texts: list[str]
    d_texts: list[str]


def map_inputs(descriptor: int, layout: Layout) -> MappedInputs:
    """Map sealed inputs copy-on-write: writing to an array changes nothing outside this process."""
    *offsets, text_offset, size = layout.offsets()
    mapping = mmap.mmap(descriptor, size, access=mmap.ACCESS_COPY)
    q_emb, d_emb, sim = (
        np.frombuffer(mapping, np.float32, rows * columns, offset).reshape(rows, columns)
        for offset, (rows, columns) in zip(offsets, layout.shapes(), strict=True)
    )
    q_texts, d_texts = marshal.loads(memoryview(mapping)[text_offset:])
    return MappedInputs(q_emb, d_emb, sim, q_texts, d_texts)


def _bytes(array: NDArray[np.float32]) -> memoryview:
    return np.ascontiguousarray(array, dtype=np.float32).reshape(-1).view(np.uint8).data


def _write(descriptor: int, data: memoryview, offset: int) -> None:
    os.lseek(descriptor, offset, os.SEEK_SET)
    while data:
        data = data[os.write(descriptor, data) :]
