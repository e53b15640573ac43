"""Waiting for a server that does not answer: how long, how often, and when no waiting helps."""

import logging
import random
import time
from collections.abc import Callable
from dataclasses import dataclass

from harness.errors import HarnessError, JobError
from harness.settings.proposer import ProposerSettings

FIRST_WAIT_S, USUAL_WAIT_S = 0.5, 8.0
"""The first wait, and the longest one where the server does not say how long."""
LOOK_S = 0.1
"""How often a wait looks whether it is to end."""

told = logging.getLogger("harness.told")
"""What the person at the terminal is told, by way of `told_waits`."""


class Fault(Exception):
    """A try that the server failed, and that may be made again. Its text is the cause, in the server's words."""

    def __init__(
        self,
        words: str,
        *,
        retry_after_s: float | None = None,
        opened: bool = False,
        slow: bool = False,
        hopeless: HarnessError | None = None,
        hopeless_after_s: float = 0.0,
    ) -> None:
        super().__init__(words)
        self.retry_after_s = retry_after_s
        self.opened = opened
        """Whether the answer had begun, so that the provider may charge it."""
        self.slow = slow
        """Whether the try cost much time or money, so that it is not made again many times."""
        self.hopeless = hopeless
        """What to raise where a server that never answered stays so for `hopeless_after_s`."""
        self.hopeless_after_s = hopeless_after_s
        self.text = ""
        self.tokens: dict[str, int | None] = {}


class ServerFailed(JobError):
    """A generation has no answer, through no fault of the model."""


class WaitEnded(JobError):
    """A person asked the run to stop while it waited for a server."""


@dataclass(frozen=True)
class Patience:
    """How often a try is made again, and how long one wait may be."""

    retries: int = 0
    broken: int = 0
    longest_wait_s: float = USUAL_WAIT_S

    @classmethod
    def of(cls, settings: ProposerSettings) -> "Patience":
        """As the settings have it."""
        return cls(settings.max_retries, settings.broken_retries, settings.longest_wait)


class Waits:
    """The waits of one question to one server."""

    def __init__(
        self, patience: Patience, who: str, *, answered_before: bool, stopping: Callable[[], bool] = lambda: False
    ) -> None:
        self._patience = patience
        self._stopping = stopping
        self._who = who
        self._answered_before = answered_before
        self._began = time.monotonic()
        self._broken = 0
        self.retries = 0

    def after(self, fault: Fault) -> None:
        """Wait before another try.

        Raises JobError or UsageError where none is to be made, WaitEnded as soon as `stopping` says so.
        """
        stayed_away = time.monotonic() - self._began >= fault.hopeless_after_s
        if fault.hopeless is not None and not self._answered_before and stayed_away:
            raise fault.hopeless
        if fault.slow:
            self._broken += 1
            if self._broken > self._patience.broken:
                raise ServerFailed(
                    f"{self._who} broke off {self._broken} answers to one question (proposer.broken_retries), "
                    f"the last one with: {fault}"
                )
        if self.retries >= self._patience.retries:
            raise JobError(
                f"{self._who} gave no answer after all retries; the run is kept, resume it when the server is back "
                f"(proposer.max_retries, proposer.longest_wait and proposer.timeout_s say how long to wait): {fault}"
            )
        self.retries += 1
        wait_s = self._wait_s(fault)
        told.info(
            "No answer from the model's server yet: %s. Trying again in %.1f s (%d of %d).",
            str(fault).rstrip("."),
            wait_s,
            self.retries,
            self._patience.retries,
        )
        until = time.monotonic() + wait_s
        while (left := until - time.monotonic()) > 0:
            if self._stopping():
                raise WaitEnded(f"{self._who} was waited for no longer, as the run is to stop: {fault}")
            time.sleep(min(left, LOOK_S))

    def _wait_s(self, fault: Fault) -> float:
        if fault.retry_after_s is not None:
            return min(fault.retry_after_s, self._patience.longest_wait_s)
        usual = min(USUAL_WAIT_S, FIRST_WAIT_S * 2 ** min(self.retries - 1, 10))
        return float(min(usual * random.uniform(0.75, 1.0), self._patience.longest_wait_s))
