"""What the parent tells the zygote of one run; the descriptors travel beside it."""

import json
from dataclasses import asdict, dataclass
from typing import Protocol

from sandbox.inputs import Layout

N_DESCRIPTORS = 4
"""Conversation, inputs, window, standard output: in this order."""
MAX_BYTES = 4096

STARTED = b"started"
"""The zygote's first answer to a job, with the child's pidfd; the second is an ExitReport."""


class EmbedLimits(Protocol):
    """What `embed_fn` must know to split its requests."""

    @property
    def frame_bytes(self) -> int: ...

    @property
    def frame_texts(self) -> int: ...

    @property
    def text_chars(self) -> int: ...


@dataclass(frozen=True)
class Job:
    layout: Layout
    layers: tuple[str, ...]
    """What the child puts on; the child runs nothing when one fails."""
    cpu_s: float
    memory_bytes: int
    frame_bytes: int
    frame_texts: int
    text_chars: int

    def pack(self) -> bytes:
        return json.dumps(asdict(self)).encode()

    @classmethod
    def parse(cls, message: bytes) -> "Job":
        fields = json.loads(message)
        return cls(layout=Layout(**fields.pop("layout")), layers=tuple(fields.pop("layers")), **fields)
