"""Limits that hold inside a call, whatever a server sends: seconds from the first byte, and bytes.

A library's client hands out events and no more: comments that keep a connection open, or a page in place of events,
pass unseen. So each response's bytes are counted, timed and kept here, on their way to the library.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx2

KEPT_BYTES = 4 * 2**20
BYTES_PER_TOKEN = 2048
"""An event may carry a single token, beside a kilobyte about it."""


class CallEnded(Exception):
    """A limit of the call was reached."""


@dataclass(frozen=True)
class Limits:
    """How much one call may take."""

    seconds: float
    tokens: int

    def tape(self, response: httpx2.Response) -> None:
        """Put a tape into a response that was just opened: a hook of the library's HTTP client."""
        assert isinstance(response.stream, httpx2.SyncByteStream)
        response.stream = Tape(response.stream, self)


class Tape(httpx2.SyncByteStream):
    """The bytes of a response, passed on, timed and kept."""

    def __init__(self, stream: httpx2.SyncByteStream, limits: Limits) -> None:
        self._stream = stream
        self._limits = limits
        self.kept = bytearray()
        self.last = b""
        """The end of what was received."""

    def __iter__(self) -> Iterator[bytes]:
        ends = time.monotonic() + self._limits.seconds
        most = self._limits.tokens * BYTES_PER_TOKEN + KEPT_BYTES
        received = 0
        for piece in self._stream:
            received += len(piece)
            self.kept += piece[: max(0, KEPT_BYTES - len(self.kept))]
            self.last = (self.last + piece)[-64:]
            if time.monotonic() > ends:
                raise CallEnded(f"the answer was not complete after {self._limits.seconds:.0f} s (proposer.call_s)")
            if received > most:
                raise CallEnded(f"the answer had no end after {received:,} bytes")
            yield piece

    def close(self) -> None:
        self._stream.close()


def tape_of(response: Any) -> Tape | None:
    """What was received of a response."""
    stream = getattr(response, "stream", None)
    return stream if isinstance(stream, Tape) else None
