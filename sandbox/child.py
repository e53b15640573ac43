"""The life of one child: take its inputs, lock itself, run the program, answer, end."""

import os
import resource
from typing import NoReturn

from sandbox import frames
from sandbox.channel import Channel, embed_function
from sandbox.inputs import map_inputs
from sandbox.job import Job
from sandbox.layers.lock import lock
from sandbox.program import Window, answer_of

CONVERSATION = 3
"""The only descriptor that a program finds open beside the standard three."""


def live(job: Job, descriptors: list[int], zygote: int) -> NoReturn:
    """Run one program and end the process. Never returns and never raises."""
    try:
        conversation, inputs_descriptor, window_descriptor, stdout_descriptor = descriptors
        os.dup2(conversation, CONVERSATION)
        channel = Channel(CONVERSATION, CONVERSATION)
        try:
            inputs = map_inputs(inputs_descriptor, job.layout)
            window = Window(window_descriptor, job.layout)
            _keep_descriptors(stdout_descriptor)
            _, length = channel.receive()
            source = channel.read(length).decode(errors="surrogatepass")
            lock(job.layers, job.cpu_s, job.memory_bytes, zygote)
        except BaseException as error:
            channel.send(frames.FAILED, f"{type(error).__name__}: {error}".encode(errors="replace"))
            os._exit(1)
        channel.send(frames.STARTED)
        channel.send(*answer_of(source, inputs, job.layout, window, embed_function(channel, job), channel))
    finally:
        os._exit(0)


def _keep_descriptors(stdout: int) -> None:
    """Leave 0 (null), 1 and 2 (captured output) and the conversation; mappings need no descriptor."""
    os.dup2(stdout, 1)
    os.dup2(stdout, 2)
    os.closerange(CONVERSATION + 1, resource.getrlimit(resource.RLIMIT_NOFILE)[0])
