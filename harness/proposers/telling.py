"""What happens while a model is asked, handed on to whoever watches."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from harness.proposers.patience import told


class _Teller(logging.Handler):
    def __init__(self, tell: Callable[[str], None]) -> None:
        super().__init__(logging.INFO)
        self._tell = tell

    def emit(self, record: logging.LogRecord) -> None:
        self._tell(record.getMessage())


@contextmanager
def told_waits(tell: Callable[[str], None]) -> Iterator[None]:
    """Hand `tell` a sentence for each wait within, from whichever thread waits."""
    teller, level = _Teller(tell), told.level
    told.addHandler(teller)
    told.setLevel(logging.INFO)
    try:
        yield
    finally:
        told.removeHandler(teller)
        told.setLevel(level)
