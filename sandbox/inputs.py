"""A task's inputs in one sealed piece of anonymous memory, filled once and mapped by every run.

The similarities of queries and documents are not in it: they travel through a window, some queries at a time, so that
the whole matrix need never exist.
"""

from __future__ import annotations

import marshal
import mmap
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sandbox import memory
from sandbox.vectors import MultiVectors, Ragged, fault_of

ALIGNMENT = 64

Similarity = Callable[[int, int], NDArray[np.float32]]
"""From the first query and the one after the last to their rows, float32 (last - first, width)."""


@dataclass(frozen=True)
class Layout:
    """Where each part of the inputs lies, and how a program is called; all that a child must know."""

    n_queries: int
    n_documents: int
    dim: int
    text_bytes: int
    batch: int
    """Queries that a program is given at a time; 1 where each has documents of its own."""
    shortlist: int = 0
    """Documents that each query may rank, filled up with -1; 0 for all of them."""
    q_vectors: int = 0
    """Vectors of all queries where a text has many, each `dim` wide; 0 where it has its one alone."""
    d_vectors: int = 0

    @property
    def width(self) -> int:
        """Columns of the similarities and of the scores."""
        return self.shortlist or self.n_documents

    @property
    def n_windows(self) -> int:
        """How often the window is filled."""
        return -(-self.n_queries // self.batch) if self.n_queries else 1

    @property
    def window_bytes(self) -> int:
        """Bytes of the similarities of one batch, and of its scores."""
        return 4 * self.batch * self.width

    def window(self, number: int) -> tuple[int, int]:
        """The first query of a window, and the one after its last."""
        first = number * self.batch
        return first, min(first + self.batch, self.n_queries)

    def arrays(self) -> tuple[tuple[type[np.generic], tuple[int, int]], ...]:
        """dtype and shape of `q_emb`, `d_emb`, the shortlists, `q_vec` and `d_vec`, in the order in which they lie."""
        many = 1 if self.d_vectors else 0
        return (
            (np.float32, (self.n_queries, self.dim)),
            (np.float32, (self.n_documents, self.dim)),
            (np.int32, (self.n_queries, self.shortlist)),
            (np.float32, (self.q_vectors, self.dim)),
            (np.int64, (many, self.n_queries + 1)),
            (np.float32, (self.d_vectors, self.dim)),
            (np.int64, (many, self.n_documents + 1)),
        )

    def offsets(self) -> list[int]:
        """Byte offsets of the arrays, of the texts, and the total size."""
        offsets = [0]
        for kind, (rows, columns) in self.arrays():
            offsets.append(_aligned(offsets[-1] + np.dtype(kind).itemsize * rows * columns))
        return [*offsets, offsets[-1] + self.text_bytes]


def _aligned(offset: int) -> int:
    return -(-offset // ALIGNMENT) * ALIGNMENT


class TaskInputs:
    """Inputs of one task, shared with every run on it; programs map a private copy and cannot change them.

    Close it, or use it as a context manager, to free the memory.
    """

    def __init__(
        self, descriptor: int, path: str, layout: Layout, similarity: Similarity, shortlist: NDArray[np.int32]
    ) -> None:
        self.descriptor = descriptor
        self.path = path
        """Where a process of the same user may open the inputs while this one lives."""
        self.layout = layout
        self.similarity = similarity
        """What programs see as `sim`: rows of (Q, width), computed or looked up when they are asked for."""
        self.shortlist = shortlist
        """Documents that each query may rank, (Q, K) and -1 where it has fewer; (Q, 0) where it may rank all."""

    @classmethod
    def create(
        cls,
        q_emb: NDArray[np.float32],
        d_emb: NDArray[np.float32],
        sim: NDArray[np.float32] | Similarity,
        q_texts: Sequence[str],
        d_texts: Sequence[str],
        *,
        batch: int | None = None,
        shortlist: NDArray[np.integer] | None = None,
        q_vec: Ragged | None = None,
        d_vec: Ragged | None = None,
    ) -> TaskInputs:
        """Copy arrays (Q, dim) and (N, dim), converted to float32, and Q and N texts into sealed memory.

        `sim` is the matrix (Q, N), or what gives rows of it. `batch` is how many queries a program is given at a time,
        by default all. `shortlist` (Q, K), filled up with -1 at the end of a row, names the documents that each query
        may rank; `sim` is then (Q, K), too, and a program is called for each query with these alone. `q_vec` and
        `d_vec`, as wide as `q_emb`, are many vectors a text, for programs that name them.
        Raises ValueError when the shapes or the numbers of texts do not fit together.
        """
        # marshal, because only the child reads it, with this very interpreter: it decodes a long list of strings
        # faster than anything else in the standard library.
        texts = marshal.dumps((list(q_texts), list(d_texts)))
        listed = np.empty((len(q_texts), 0), np.int32) if shortlist is None else shortlist.astype(np.int32)
        n_queries = len(q_texts)
        layout = Layout(
            n_queries=n_queries,
            n_documents=len(d_texts),
            dim=q_emb.shape[-1],
            text_bytes=len(texts),
            batch=1 if shortlist is not None else max(1, min(batch or n_queries, n_queries)),
            shortlist=listed.shape[-1],
            q_vectors=0 if q_vec is None else len(q_vec.vectors),
            d_vectors=0 if d_vec is None else len(d_vec.vectors),
        )
        _check_many(q_vec, d_vec, layout)
        queries, documents = _rows(q_vec, layout.dim, n_queries), _rows(d_vec, layout.dim, len(d_texts))
        arrays: tuple[NDArray[Any], ...] = (q_emb, d_emb, listed, *queries, *documents)
        names = ("q_emb", "d_emb", "shortlist", "q_vec", "the offsets of q_vec", "d_vec", "the offsets of d_vec")
        for name, array, (_, shape) in zip(names, arrays, layout.arrays(), strict=True):
            if array.shape != shape:
                raise ValueError(f"{name} has the shape {array.shape}; the texts and q_emb say {shape}.")
        similarity = sim if callable(sim) else _rows_of(sim, (n_queries, layout.width))
        *offsets, text_offset, size = layout.offsets()
        descriptor, path = memory.allocate("task-inputs", size)
        try:
            for offset, array, (kind, _) in zip(offsets, arrays, layout.arrays(), strict=True):
                memory.write(descriptor, bytes_of(array, kind), offset)
            memory.write(descriptor, memoryview(texts), text_offset)
            memory.seal(descriptor, memory.SEAL_ALL)
        except BaseException:
            memory.release(descriptor, path)
            raise
        return cls(descriptor, path, layout, similarity, listed)

    @classmethod
    def restore(cls, layout: Layout, data: NDArray[np.uint8], similarity: Similarity) -> TaskInputs:
        """What `data` of another machine's inputs was, in this machine's memory.

        The texts are in the form of the interpreter that wrote them, and only one of its version reads them.
        """
        descriptor, path = memory.allocate("task-inputs", len(data))
        try:
            memory.write(descriptor, data.data)
            memory.seal(descriptor, memory.SEAL_ALL)
            shortlist = map_vectors(descriptor, layout)[2]
        except BaseException:
            memory.release(descriptor, path)
            raise
        return cls(descriptor, path, layout, similarity, shortlist)

    @classmethod
    def share(cls, path: str, layout: Layout, similarity: Similarity) -> TaskInputs:
        """Inputs that another process of this user holds at `path`, in the same memory. Raises OSError without them."""
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            return cls(descriptor, path, layout, similarity, map_vectors(descriptor, layout)[2])
        except BaseException:
            os.close(descriptor)
            raise

    def data(self) -> NDArray[np.uint8]:
        """All bytes of the inputs but the similarities, read-only, to be restored elsewhere."""
        mapping = mmap.mmap(self.descriptor, self.layout.offsets()[-1], access=mmap.ACCESS_READ)
        return np.frombuffer(mapping, np.uint8)

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
        """Bytes that the inputs and a run's window take."""
        return self.layout.offsets()[-1] + 2 * self.layout.window_bytes

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
    """A private, writable view of a task's inputs."""

    q_emb: NDArray[np.float32]
    d_emb: NDArray[np.float32]
    shortlist: NDArray[np.int32]
    """(Q, K), -1 where a query has fewer documents; (Q, 0) where every query ranks all."""
    q_texts: list[str]
    d_texts: list[str]
    q_vec: MultiVectors | None = None
    """None where a text has its one vector alone."""
    d_vec: MultiVectors | None = None


def map_inputs(descriptor: int, layout: Layout) -> MappedInputs:
    """Map sealed inputs copy-on-write: writing to an array changes nothing outside this process."""
    (q_emb, d_emb, shortlist, *many), texts = _map(descriptor, layout)
    q_texts, d_texts = marshal.loads(texts)
    if not layout.d_vectors:
        return MappedInputs(q_emb, d_emb, shortlist, q_texts, d_texts)
    q_vectors, q_offsets, d_vectors, d_offsets = many
    q_vec, d_vec = MultiVectors(q_vectors, q_offsets[0]), MultiVectors(d_vectors, d_offsets[0])
    return MappedInputs(q_emb, d_emb, shortlist, q_texts, d_texts, q_vec, d_vec)


def map_vectors(descriptor: int, layout: Layout) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.int32]]:
    """The same without the texts: `q_emb`, `d_emb` and the shortlists."""
    q_emb, d_emb, shortlist, *_ = _map(descriptor, layout)[0]
    return q_emb, d_emb, shortlist


def _map(descriptor: int, layout: Layout) -> tuple[list[NDArray[Any]], memoryview]:
    *offsets, text_offset, size = layout.offsets()
    mapping = mmap.mmap(descriptor, size, access=mmap.ACCESS_COPY)
    arrays: list[NDArray[Any]] = [
        np.frombuffer(mapping, kind, rows * columns, offset).reshape(rows, columns)
        for offset, (kind, (rows, columns)) in zip(offsets, layout.arrays(), strict=True)
    ]
    return arrays, memoryview(mapping)[text_offset:]


def _check_many(q_vec: Ragged | None, d_vec: Ragged | None, layout: Layout) -> None:
    """Raise ValueError unless both are there, or none, and fit the texts."""
    if (q_vec is None) != (d_vec is None):
        raise ValueError("q_vec and d_vec belong together; give both or none.")
    for name, value, n_texts in (("q_vec", q_vec, layout.n_queries), ("d_vec", d_vec, layout.n_documents)):
        fault = fault_of(value, n_texts) if value is not None else None
        if fault:
            raise ValueError(f"{name} is not usable: {fault}.")


def _rows(value: Ragged | None, dim: int, n_texts: int) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Vectors and offsets as matrices; empty where there are none."""
    if value is None:
        return np.empty((0, dim), np.float32), np.empty((0, n_texts + 1), np.int64)
    return value.vectors, value.offsets[None]


def bytes_of(array: NDArray[np.generic], kind: type[np.generic] = np.float32) -> memoryview:
    """The bytes of an array, converted where it has another dtype."""
    return np.ascontiguousarray(array, dtype=kind).reshape(-1).view(np.uint8).data


def _rows_of(sim: NDArray[np.float32], shape: tuple[int, int]) -> Similarity:
    if sim.shape != shape:
        raise ValueError(f"sim has the shape {sim.shape}; the texts and q_emb say {shape}.")
    matrix = np.array(sim, dtype=np.float32, order="C")
    return lambda first, end: matrix[first:end]
