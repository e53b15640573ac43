"""What goes in and out of a run: embed requests, the callback that serves them, and the execution."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sandbox.vectors import Ragged
from sandbox.verdicts import Verdict


@dataclass(frozen=True)
class EmbedRequest:
    """One request of a program's `embed_fn`; a call with very many texts arrives as several requests."""

    texts: list[str]
    """Valid Unicode without lone surrogates, in the program's order, duplicates kept."""
    role: str
    adapter: str | None
    dim: int | None
    """Leading dimensions to keep; None for all."""
    max_tokens: int | None
    indexing: bool = False
    """Whether the program's `index` asks, which is called once for a corpus, and not its `rerank`."""
    vectors: int | None = None
    """Vectors of each text to give at most; None for its one alone."""


class EmbedRefused(ValueError):
    """Raised by an `EmbedCallback` for a request it does not serve; the program sees a ValueError."""


EmbedCallback = Callable[[EmbedRequest], NDArray[np.float32] | Ragged]
"""Serves a request with unit rows, float32 (n, dim), or where `vectors` is asked for with those of n texts.

Whatever it raises beside `EmbedRefused` is a harness error.
"""


Take = Callable[[int, NDArray[np.float32]], None]
"""Called in order with the first query of each batch and its scores, float32 (batch, width): finite, read-only."""


@dataclass(frozen=True)
class Phase:
    """What one call of a program took: of its `index`, or of `rerank` for one batch of queries."""

    cpu_s: float
    """Processor seconds of the program's process; wall-clock seconds where the system does not tell them."""
    encoder_s: float
    """Wall time that it waited for the embed callback."""
    texts: int
    """Texts that it asked for."""


@dataclass(frozen=True)
class Execution:
    """How one run of one program on one task ended, with what the kernel measured of it."""

    verdict: Verdict
    reason: str
    """One sentence with the detail: exception, line, limit."""
    scores: NDArray[np.float32] | None = None
    """Finite and not constant, float32 (Q, width), read-only; None unless the verdict is OK, or where they were taken
    batch by batch."""
    stdout: str = ""
    """What the program printed, standard error included, cut at the output limit."""
    wall_s: float = 0.0
    """From the program's start to its end, encoder time included."""
    cpu_s: float = 0.0
    encoder_s: float = 0.0
    """Wall time that the run waited for the embed callback."""
    peak_rss_bytes: int = 0
    embed_calls: int = 0
    """Embed requests received, refused ones included."""
    embed_texts: int = 0
    """Texts in those requests."""
    index: Phase | None = None
    """What the program's index took; None where it has none, or did not come so far."""
    index_bytes: int = 0
    """Bytes that the index holds, as counted in the program's process."""
    calls: tuple[Phase, ...] = ()
    """What each call of rerank took that ended well."""


@dataclass(frozen=True)
class Isolation:
    """What confined the programs of a sandbox, as tested at its start; stored with every outcome."""

    level: str
    """strict, standard, weak or none: the level reached, which may be above the one asked for."""
    layers: tuple[str, ...]
    kernel: str
    landlock_abi: int
    """0 where Landlock is absent."""
    python: str
    numpy: str
    blas: str
