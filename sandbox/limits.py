"""What one run may use; the parent or the kernel enforces each figure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sandbox.inputs import TaskInputs

MIB = 1 << 20


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
    def for_inputs(cls, inputs: TaskInputs) -> Limits:
        """Limits that follow the size of a task.

        Address space covers the inputs, the score matrix and about a dozen float64 matrices of its shape; time covers
        a Python loop over all texts and some fifty passes over the matrix; the embed budget covers every sentence of
        long documents once and a few feedback calls per query.
        """
        pairs = inputs.n_queries * inputs.n_documents
        texts = inputs.n_queries + inputs.n_documents
        seconds = 60.0 + 5e-6 * pairs + 5e-3 * texts
        return cls(
            wall_s=seconds,
            absolute_s=7200.0 + 10 * seconds,
            cpu_s=seconds,
            memory_bytes=1024 * MIB + 96 * pairs + 8 * inputs.n_bytes,
            embed_calls=10_000 + 8 * texts,
            embed_texts=100_000 + 100 * texts,
            embed_chars=64 * MIB + 20 * inputs.text_bytes,
        )
