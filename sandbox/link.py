"""The parent's end of the conversation socket: never blocks, keeps what could not be sent yet."""

import socket
from collections import deque
from collections.abc import Sequence

RECEIVE_BYTES = 256 * 1024


class Link:
    """A non-blocking stream to one child."""

    def __init__(self, end: socket.socket) -> None:
        end.setblocking(False)
        self._socket = end
        self._outgoing: deque[memoryview] = deque()
        self.is_open = True

    def fileno(self) -> int:
        return self._socket.fileno()

    @property
    def has_unsent(self) -> bool:
        """True while a reply waits for the child to read."""
        return bool(self._outgoing)

    def send(self, parts: Sequence[bytes | memoryview]) -> None:
        """Send as much as the child takes now; the rest goes with `flush`."""
        self._outgoing.extend(memoryview(part).cast("B") for part in parts if len(part))
        self.flush()

    def flush(self) -> None:
        """Send what is left, as far as the child takes it."""
        try:
            while self._outgoing:
                sent = self._socket.sendmsg(self._outgoing)
                self._drop(sent)
        except BlockingIOError:
            return
        except OSError:
            self.hang_up()

    def _drop(self, sent: int) -> None:
        while self._outgoing and sent >= len(self._outgoing[0]):
            sent -= len(self._outgoing.popleft())
        if sent:
            self._outgoing[0] = self._outgoing[0][sent:]

    def receive(self) -> bytes:
        """What the child wrote, b"" when there is nothing now; `is_open` turns false at the end of the stream."""
        try:
            data = self._socket.recv(RECEIVE_BYTES)
        except BlockingIOError:
            return b""
        except OSError:
            data = b""
        if not data:
            self.hang_up()
        return data

    def hang_up(self) -> None:
        """The child's end is closed: nothing can be sent or received any more."""
        self.is_open = False
        self._outgoing.clear()
