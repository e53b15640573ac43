"""Ctrl-C ends a run after the current program; a second one ends it at once."""

import signal
import sys
from types import FrameType
from typing import Self


class StopOnInterrupt:
    """A context manager; `asked()` turns true at the first interrupt, the second raises KeyboardInterrupt."""

    def __init__(self) -> None:
        self._asked = False

    def __enter__(self) -> Self:
        self._before = signal.signal(signal.SIGINT, self._interrupted)
        owner = getattr(self._before, "__self__", None)
        self._around = owner if isinstance(owner, StopOnInterrupt) else None  # a sweep's, around that of its job
        self._asked = self._around is not None and self._around.asked()
        return self

    def __exit__(self, *exception: object) -> None:
        signal.signal(signal.SIGINT, self._before)

    def asked(self) -> bool:
        return self._asked

    def _interrupted(self, number: int, frame: FrameType | None) -> None:
        if self._asked:
            raise KeyboardInterrupt
        self._asked = True
        if self._around is not None:
            self._around._asked = True
        print("\nStopping after the current program; press Ctrl-C again to stop at once.", file=sys.stderr)
