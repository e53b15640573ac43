"""The life of one child: take its inputs, lock itself, run the program, answer, end."""

import mmap
import os
import resource
import sys
from collections.abc import Callable
from contextlib import suppress
from types import CodeType, ModuleType
from typing import NoReturn

import numpy as np
from numpy.typing import NDArray

from sandbox import frames, messages
from sandbox.channel import Channel, embed_function
from sandbox.inputs import MappedInputs, map_inputs
from sandbox.job import Job
from sandbox.layers.lock import lock

PROGRAM_FILE = "<program>"
CONVERSATION = 3
"""The only descriptor that a program finds open beside the standard three."""


def live(job: Job, descriptors: list[int], zygote: int) -> NoReturn:
    """Run one program and end the process. Never returns and never raises."""
    try:
        conversation, inputs_descriptor, scores_descriptor, stdout_descriptor = descriptors
        os.dup2(conversation, CONVERSATION)
        channel = Channel(CONVERSATION)
        try:
            inputs = map_inputs(inputs_descriptor, job.layout)
            scores = _map_scores(scores_descriptor, job)
            _keep_descriptors(stdout_descriptor)
            _, length = channel.receive()
            source = channel.read(length).decode()
            lock(job.layers, job.cpu_s, job.memory_bytes, zygote)
        except BaseException as error:
            channel.send(frames.FAILED, f"{type(error).__name__}: {error}".encode(errors="replace"))
            os._exit(1)
        channel.send(frames.STARTED)
        try:
            answer = _run(source, inputs, scores, embed_function(channel, job))
        except BaseException as error:
            answer = (frames.EXCEPTION, _describe(error))
        _flush()
        channel.send(*answer)
    finally:
        os._exit(0)


def _map_scores(descriptor: int, job: Job) -> NDArray[np.float32]:
    shape = (job.layout.n_queries, job.layout.n_documents)
    memory = mmap.mmap(descriptor, 4 * shape[0] * shape[1])
    return np.frombuffer(memory, np.float32).reshape(shape)


def _keep_descriptors(stdout: int) -> None:
    """Leave 0 (null), 1 and 2 (captured output) and the conversation; mappings need no descriptor."""
    os.dup2(stdout, 1)
    os.dup2(stdout, 2)
    os.closerange(CONVERSATION + 1, resource.getrlimit(resource.RLIMIT_NOFILE)[0])


def _run(
    source: str, inputs: MappedInputs, scores: NDArray[np.float32], embed_fn: Callable[..., object]
) -> tuple[bytes, bytes]:
    # The very string that the static rules read is compiled: no file, no encoding cookie in between.
    code: CodeType = compile(source, PROGRAM_FILE, "exec", dont_inherit=True)
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
    if result.shape == scores.shape and result.dtype.kind in "fiub":
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
