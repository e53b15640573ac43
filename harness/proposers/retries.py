"""The providers' libraries retry without a word when a server does not answer; whoever watches is told."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager

LOGGERS = ("openai._base_client", "anthropic._base_client")


class _Teller(logging.Handler):
    def __init__(self, tell: Callable[[str], None]) -> None:
        super().__init__(logging.INFO)
        self._tell = tell

    def emit(self, record: logging.LogRecord) -> None:
        said = record.getMessage()
        if said.startswith("Retrying request"):
            self._tell(f"No answer from the model's server yet: {said[0].lower()}{said[1:]}.")


@contextmanager
def told_retries(tell: Callable[[str], None]) -> Iterator[None]:
    """Hand `tell` a sentence for each retry within, from whichever thread makes it."""
    teller = _Teller(tell)
    loggers = [logging.getLogger(name) for name in LOGGERS]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.addHandler(teller)
        logger.setLevel(min(logger.level or logging.INFO, logging.INFO))
    try:
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.removeHandler(teller)
            logger.setLevel(level)
