"""What a program printed, read without blocking and kept up to a limit."""

import os

from sandbox.messages import clean

CHUNK = 64 * 1024


class StdoutCapture:
    """Reads the parent's end of a run's output pipe."""

    def __init__(self, descriptor: int, limit: int) -> None:
        os.set_blocking(descriptor, False)
        self.descriptor = descriptor
        self.is_open = True
        self._limit = limit
        self._data = bytearray()

    def read(self) -> bool:
        """Take what is there; False when more than the limit has come."""
        while len(self._data) <= self._limit:
            try:
                chunk = os.read(self.descriptor, CHUNK)
            except BlockingIOError:
                return True
            if not chunk:
                self.is_open = False
                return True
            self._data += chunk
        return False

    def text(self) -> str:
        """What was printed, cut at the limit; bytes that are no UTF-8 are replaced."""
        return clean(self._data[: self._limit].decode(errors="replace"))
