"""Compile and run a program's source: the same code whatever confines the process around it."""

import inspect
import mmap
import re
import sys
from collections.abc import Callable
from contextlib import suppress
from types import ModuleType
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from sandbox import frames, messages
from sandbox.holding import size_of
from sandbox.inputs import Layout, MappedInputs
from sandbox.unnamed import compile_unnamed
from sandbox.validation import REAL_KINDS
from sandbox.vectors import MultiVectors

PROGRAM_FILE = "<program>"

Answer = tuple[bytes, bytes]
"""The kind and the payload of a frame."""


class Talk(Protocol):
    """The child's end of the conversation."""

    def send(self, kind: bytes, payload: bytes = b"") -> None: ...

    def receive(self) -> tuple[bytes, int]: ...


class Window:
    """Similarities and scores of one batch of queries, in memory shared with the parent."""

    def __init__(self, descriptor: int, layout: Layout) -> None:
        shared = mmap.mmap(descriptor, max(2 * layout.window_bytes, 1))
        both = np.frombuffer(shared, np.float32, 2 * layout.batch * layout.width)
        self.sim, self.scores = both.reshape(2, layout.batch, layout.width)


def answer_of(
    source: str,
    inputs: MappedInputs,
    layout: Layout,
    window: Window,
    embed_fn: Callable[..., object],
    talk: Talk,
) -> Answer:
    """Run a program, batch after batch, and give the frame that says how the last one went.

    What rerank returns stands in the window if it fits. Raises nothing, whatever the program raises.
    """
    try:
        answer = _Run(_load(source), inputs, layout, window, embed_fn).answer(talk)
    except BaseException as error:
        answer = (frames.EXCEPTION, _describe(error))
    _flush()
    return answer


class _Run:
    """A loaded program before a task. Whatever the program raises, it raises."""

    def __init__(
        self,
        program: ModuleType,
        inputs: MappedInputs,
        layout: Layout,
        window: Window,
        embed_fn: Callable[..., object],
    ) -> None:
        self._program, self._embed_fn = program, embed_fn
        self._inputs, self._layout, self._window = inputs, layout, window
        self._indexes = "index" in inspect.signature(program.rerank).parameters
        if self._indexes or layout.n_windows > 1:
            # What one call changed the next one would see.
            inputs.d_emb.flags.writeable = False
            if inputs.d_vec is not None:
                inputs.d_vec.vectors.flags.writeable = False

    def answer(self, talk: Talk) -> Answer:
        """Make the index, call rerank for each batch, send all answers but the last one, and give that."""
        whole = _Documents(self._inputs.d_emb, self._inputs.d_texts, self._inputs.d_vec)
        once = self._indexes and not self._layout.shortlist
        extra = self._index(whole) if once else {}
        size = size_of(extra["index"]) if once else 0
        talk.send(frames.INDEXED, messages.INDEXED_PAYLOAD.pack(once, size))
        last = self._layout.n_windows - 1
        for number in range(last + 1):
            talk.receive()
            first, end = self._layout.window(number)
            if self._layout.shortlist:
                documents = _Documents.listed(self._inputs, first)
                answer = self._call(first, end, documents, self._index(documents) if self._indexes else {})
            else:
                answer = self._call(first, end, whole, extra)
            if number < last:
                talk.send(*answer)
                _flush()
        return answer

    def _index(self, documents: "_Documents") -> dict[str, object]:
        many = _named(self._program.index, {"d_vec": documents.vec})
        return {"index": self._program.index(documents.emb, embed_fn=self._embed_fn, d_texts=documents.texts, **many)}

    def _call(self, first: int, end: int, documents: "_Documents", extra: dict[str, object]) -> Answer:
        shown = slice(0, end - first), slice(0, len(documents.texts))
        q_vec = self._inputs.q_vec.part(first, end) if self._inputs.q_vec is not None else None
        many = _named(self._program.rerank, {"q_vec": q_vec, "d_vec": documents.vec})
        result = self._program.rerank(
            self._inputs.q_emb[first:end],
            documents.emb,
            self._window.sim[shown],
            embed_fn=self._embed_fn,
            q_texts=self._inputs.q_texts[first:end],
            d_texts=documents.texts,
            **extra,
            **many,
        )
        return _take(np.asarray(result), self._window.scores[shown])


class _Documents:
    """What a call of a program sees of the corpus."""

    def __init__(self, emb: NDArray[np.float32], texts: list[str], vec: MultiVectors | None = None) -> None:
        self.emb, self.texts, self.vec = emb, texts, vec

    @classmethod
    def listed(cls, inputs: MappedInputs, query: int) -> "_Documents":
        """The documents that a query may rank."""
        places = inputs.shortlist[query]
        places = places[places >= 0]
        vec = inputs.d_vec.take(places) if inputs.d_vec is not None else None
        return cls(inputs.d_emb[places], [inputs.d_texts[place] for place in places.tolist()], vec)


def _named(function: Callable[..., object], values: dict[str, MultiVectors | None]) -> dict[str, MultiVectors | None]:
    """Those of the values that a function names; ValueError where it must have one that is not there."""
    parameters = inspect.signature(function).parameters
    for name, value in values.items():
        if value is None and name in parameters and parameters[name].default is inspect.Parameter.empty:
            raise ValueError(f"The encoder gives one vector a text and no {name}; write {name}=None to do without.")
    return {name: value for name, value in values.items() if name in parameters and value is not None}


def _load(source: str) -> ModuleType:
    # The very string that the static rules read is compiled: no file, no encoding cookie in between.
    code = compile_unnamed(source, PROGRAM_FILE)
    # A registered module, because dataclasses look their class's module up by name.
    program = sys.modules["program"] = ModuleType("program")
    exec(code, program.__dict__)
    return program


def _take(result: NDArray[np.generic], scores: NDArray[np.float32]) -> Answer:
    """Write a result to the window if it fits."""
    if result.shape == scores.shape and result.dtype.kind in REAL_KINDS:
        with np.errstate(all="ignore"):
            scores[...] = result
    return frames.RESULT, messages.pack_result(result.dtype.kind, result.shape)


def _describe(error: BaseException) -> bytes:
    kind = "MemoryError" if isinstance(error, MemoryError) else type(error).__name__
    try:
        message = str(error)
    except BaseException:
        message = "(the exception's own text could not be made)"
    if isinstance(error, ImportError):
        message = re.sub(r" \([^()]*\)$", "", message)  # where the module lies is nobody's business
    return messages.pack_exception(kind, message, _program_line(error))


def _program_line(error: BaseException) -> int | None:
    """Line of the program that raised, or that called what raised."""
    if isinstance(error, SyntaxError) and error.filename == PROGRAM_FILE:
        return error.lineno
    line, entry = None, error.__traceback__
    while entry is not None:
        if entry.tb_frame.f_code.co_filename == PROGRAM_FILE:
            line = entry.tb_lineno
        entry = entry.tb_next
    return line


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
