"""The wire between a child and its parent: a type byte, a length, a payload.

This is the first code that touches what a program wrote, so it does nothing else: bytes in, whole frames out.
"""

import struct
from collections.abc import Iterator, Mapping
from typing import NamedTuple

HEADER = struct.Struct("<cI")

# child to parent
STARTED = b"S"
"""The child is locked and about to run the program; empty."""
FAILED = b"H"
"""The child could not be made ready; UTF-8 sentence. Valid only before STARTED."""
EMBED = b"E"
"""An embed request; JSON list [texts, role, adapter, dim, max_tokens], and vectors where they are asked for."""
INDEXED = b"I"
"""The program is loaded and its index, if it has one, is built; whether it has one, and its size in bytes. The child
then waits for a window, as after every RESULT but the last: so the parent can time what comes between."""
RESULT = b"R"
"""rerank returned; kind of the dtype, number of dimensions, dimensions. Scores lie in the window."""
EXCEPTION = b"X"
"""The program raised; JSON list [type, message, line]."""

# parent to child
SOURCE = b"J"
"""The program's source, UTF-8."""
VECTORS = b"V"
"""Reply to EMBED: rows and columns as two uint32, then float32 values."""
MANY = b"M"
"""Reply to EMBED with vectors: texts, rows and columns as three uint32, int64 offsets, then float32 values."""
WINDOW = b"W"
"""The window holds the next queries; empty."""
REFUSED = b"F"
"""Reply to EMBED: why it was refused, UTF-8."""


class FrameError(ValueError):
    """The bytes received are not a valid frame."""


class Frame(NamedTuple):
    kind: bytes
    payload: bytes


def header(kind: bytes, length: int) -> bytes:
    """The five bytes before a payload of `length` bytes."""
    return HEADER.pack(kind, length)


class FrameReader:
    """Cuts a byte stream, arriving in any pieces, into frames."""

    def __init__(self, caps: Mapping[bytes, int]) -> None:
        """`caps` gives the largest payload in bytes of each frame type that may come."""
        self._caps = caps
        self._buffer = bytearray()

    def feed(self, data: bytes) -> Iterator[Frame]:
        """Take bytes in and give the frames they complete.

        Raises FrameError at the first header with an unknown type or a length beyond its cap.
        """
        self._buffer += data
        while len(self._buffer) >= HEADER.size:
            kind, length = HEADER.unpack_from(self._buffer)
            if kind not in self._caps:
                raise FrameError(f"a frame of the unknown type {kind!r}")
            if length > self._caps[kind]:
                raise FrameError(f"a frame of type {kind!r} with {length} bytes, more than {self._caps[kind]}")
            end = HEADER.size + length
            if len(self._buffer) < end:
                return
            payload = bytes(memoryview(self._buffer)[HEADER.size : end])
            del self._buffer[:end]
            yield Frame(kind, payload)
