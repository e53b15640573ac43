"""A run in an interpreter of its own: frames come in by standard input and leave by standard output."""

import json
import os
import sys
from contextlib import suppress
from dataclasses import dataclass

from sandbox import frames
from sandbox.channel import Channel, embed_function
from sandbox.inputs import Layout, map_inputs
from sandbox.program import Window, answer_of


@dataclass(frozen=True)
class PortableJob:
    """What the parent tells the child on its command line."""

    layout: Layout
    inputs_path: str
    window_path: str
    stdout_path: str
    cpu_s: float
    memory_bytes: int
    frame_bytes: int
    frame_texts: int
    text_chars: int

    @classmethod
    def parse(cls, message: str) -> "PortableJob":
        fields = json.loads(message)
        return cls(layout=Layout(**fields.pop("layout")), **fields)


def main() -> None:
    """Entry point; its one argument is a JSON object."""
    job = PortableJob.parse(sys.argv[1])
    channel = Channel(os.dup(0), os.dup(1))
    _redirect(job.stdout_path)
    with open(job.inputs_path, "rb") as file:  # noqa: PTH123
        inputs = map_inputs(file.fileno(), job.layout)
    with open(job.window_path, "r+b") as file:  # noqa: PTH123
        window = Window(file.fileno(), job.layout)
    _, length = channel.receive()
    source = channel.read(length).decode(errors="surrogatepass")
    _limit(job)
    channel.send(frames.STARTED)
    channel.send(*answer_of(source, inputs, job.layout, window, embed_function(channel, job), channel))


def _redirect(stdout_path: str) -> None:
    null, output = os.open(os.devnull, os.O_RDONLY), os.open(stdout_path, os.O_WRONLY | os.O_APPEND)
    os.dup2(null, 0)
    os.dup2(output, 1)
    os.dup2(output, 2)
    sys.stdout = open(1, "w", buffering=1, encoding="utf-8", closefd=False)  # noqa: SIM115


def _limit(job: PortableJob) -> None:
    """Processor time and address space, where the system has such limits and keeps them."""
    with suppress(ImportError, OSError, ValueError):
        import resource

        resource.setrlimit(resource.RLIMIT_CPU, (int(job.cpu_s) + 1, int(job.cpu_s) + 2))
        resource.setrlimit(resource.RLIMIT_AS, (job.memory_bytes, job.memory_bytes))
