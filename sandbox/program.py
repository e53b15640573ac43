"""Compile and run a program's source: the same code whatever confines the process around it."""

import sys
from collections.abc import Callable
from contextlib import suppress
from types import ModuleType

import numpy as np
from numpy.typing import NDArray

from sandbox import frames, messages
from sandbox.inputs import MappedInputs
from sandbox.unnamed import compile_unnamed
from sandbox.validation import REAL_KINDS

PROGRAM_FILE = "<program>"


def answer_of(
    source: str, inputs: MappedInputs, scores: NDArray[np.float32], embed_fn: Callable[..., object]
) -> tuple[bytes, bytes]:
    """Run a program, write what it returns to `scores` if it fits, and give the frame that says how it went.

    Raises nothing, whatever the program raises.
    """
    try:
        answer = _run(source, inputs, scores, embed_fn)
    except BaseException as error:
        answer = (frames.EXCEPTION, _describe(error))
    _flush()
    return answer


def _run(
    source: str, inputs: MappedInputs, scores: NDArray[np.float32], embed_fn: Callable[..., object]
) -> tuple[bytes, bytes]:
    # The very string that the static rules read is compiled: no file, no encoding cookie in between.
    code = compile_unnamed(source, PROGRAM_FILE)
    # A registered module, because dataclasses look their class's module up by name.
    program = sys.modules["program"] = ModuleType("program")
    exec(code, program.__dict__)
    result = np.asarray(
        program.rerank(
            inputs.q_emb,
            inputs.d_emb,
            inputs.sim,
            embed_fn=embed_fn,
            q_texts=inputs.q_texts,
            d_texts=inputs.d_texts,
        )
    )
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
