"""What one run may use; the parent or the kernel enforces each figure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sandbox.inputs import TaskInputs

MIB = 1 << 20

BASE_S = 60.0
BUSY = 4
"""Wall-clock seconds for each processor second: on a machine that others use too, a core is not a program's own."""
BASE_MEMORY = 1024 * MIB


@dataclass(frozen=True)
class Limits:
    """Limits of one run. Exceeding one is a verdict of the program, never an exception here."""

    wall_s: float = 60.0
    """Wall-clock seconds from the program's start, without the time the encoder took."""
    absolute_s: float = 7200.0
    """Wall-clock seconds with the time the encoder took."""
    cpu_s: float = 60.0
    """Processor seconds; the kernel counts in whole seconds."""
    memory_bytes: int = 1024 * MIB
    """Address space of the process, interpreter, inputs and scores included."""
    stdout_bytes: int = 64 * 1024
    frame_bytes: int = 8 * MIB
    """Largest embed request as it travels; `embed_fn` splits larger calls by itself."""
    frame_texts: int = 8192
    embed_calls: int = 20_000
    embed_texts: int = 200_000
    embed_chars: int = 200 * MIB
    """Characters of all texts of all requests together."""
    text_chars: int = 1_000_000
    """Characters of one text."""

    @classmethod
    def for_inputs(cls, inputs: TaskInputs, *, time: float = 1.0, memory: float = 1.0) -> Limits:
        """Limits that follow the size of a task, time and memory times the factors given.

        Address space covers the inputs, a batch's score matrix and about a dozen float64 matrices of its shape, an
        index of windows over all texts, and up to some gigabytes a thousand float64 values for every document; time
        covers a Python loop over all texts and over their characters, some fifty passes over the matrix, and a few over
        all pairs of vectors where a text has many; the embed budget covers every sentence of long documents once and a
        few feedback calls per query.
        """
        layout = inputs.layout
        pairs = inputs.n_queries * layout.width
        texts = inputs.n_queries * max(1, layout.shortlist) + inputs.n_documents
        vectors = layout.q_vectors * layout.d_vectors
        seconds = time * (BASE_S + 5e-6 * pairs + 5e-3 * texts + 2e-6 * inputs.text_bytes + 1e-7 * vectors)
        per_document = min(32 * 1024 * inputs.n_documents, 4096 * MIB)
        room = BASE_MEMORY + 96 * layout.batch * layout.width + 8 * inputs.n_bytes + 64 * inputs.text_bytes
        return cls(
            wall_s=BUSY * seconds,
            absolute_s=7200.0 + 10 * seconds,
            cpu_s=seconds,
            memory_bytes=int(memory * (room + per_document)),
            embed_calls=10_000 + 8 * texts,
            embed_texts=100_000 + 100 * texts,
            embed_chars=64 * MIB + 20 * inputs.text_bytes,
        )


def told_limits(*, time: float = 1.0, memory: float = 1.0) -> str:
    """What a program may use, in words for its author; the factors as in `Limits.for_inputs`."""
    seconds, mebibytes = f"{time * BASE_S:g}", f"{memory * BASE_MEMORY / MIB:g}"
    return (
        f"On each task a program may use {seconds} seconds of one processor core, the encoder's not counted, and "
        f"{mebibytes} MiB of memory; both grow with queries x documents, with the documents and with the characters of "
        "the texts: by some dozen matrices of the scores' shape, a thousand float64 values for every document, 64 "
        "bytes for every character. It may ask embed_fn for 100,000 texts and 100 more for every query and document, "
        "in 10,000 calls and 8 more for each. What goes beyond is no result."
    )
