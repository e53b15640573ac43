"""The encoder as a service: many threads ask, and what they ask at the same time is answered together."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from harness.encoders.meter import Cost
from harness.encoders.protocol import DOCUMENT, EmbedOptions, FloatMatrix
from primitives import MultiVectors

PATIENCE = 0.25
"""How long a group waits for as many as the last one had, as a part of what that took."""
PATIENCE_S = 0.02
"""The same in seconds, at most."""


@dataclass(frozen=True)
class Embedded:
    """The answer to one request."""

    vectors: FloatMatrix
    """Unit rows, float32 (n, dim)."""
    tokens: int
    """Tokens asked for, repeated texts included."""
    seconds: float
    """Encoder seconds asked for: a cached text is charged what its own encoding once took."""
    many: MultiVectors | None = None
    """Where many vectors were asked for: those of the n texts."""

    @property
    def asked(self) -> FloatMatrix | MultiVectors:
        """What a program that asks for this gets."""
        return self.vectors if self.many is None else self.many

    @property
    def cost(self) -> Cost:
        """What a meter is to add for this request."""
        vectors = self.vectors if self.many is None else self.many.vectors
        return Cost(len(self.vectors), self.tokens, self.seconds, len(vectors))


class EmbedService(Protocol):
    """Answers embedding requests of several threads."""

    def embed(self, texts: Sequence[str], options: EmbedOptions = DOCUMENT) -> Embedded:
        """Encode n texts, float32 (n, dim) unit rows. Raises EncodeRefused as `Encoder.encode` does."""


Asked = TypeVar("Asked")
Answer = TypeVar("Answer")


@dataclass(eq=False)
class _Ticket(Generic[Asked, Answer]):
    """One waiting request, and what came of it."""

    kind: str
    asked: Asked
    answers: list[Answer] = field(default_factory=list)
    """The answer, once there is one."""
    error: Exception | None = None

    @property
    def done(self) -> bool:
        return bool(self.answers) or self.error is not None


class Joiner(Generic[Asked, Answer]):
    """Answers requests one group at a time: those of a kind that came while another group was answered form the next.

    It has no thread of its own: one of those who wait answers all of its kind. `answer` takes a kind and a group and
    returns the answers in the group's order; where it fails on a group of several, each is tried alone, so that a
    request only ever meets its own error.

    Who was answered together asks again at about the same time, so the next group waits a little for as many: else one
    is answered alone, and the others after it, for ever.
    """

    def __init__(self, answer: Callable[[str, Sequence[Asked]], Sequence[Answer]]) -> None:
        self._answer = answer
        lock = threading.RLock()
        self._changed, self._arrived = threading.Condition(lock), threading.Condition(lock)
        self._queue: list[_Ticket[Asked, Answer]] = []
        self._busy = False
        self._last = ("", 0, 0.0)
        """Kind and size of the last group, and the seconds that it took."""

    def ask(self, kind: str, asked: Asked) -> Answer:
        """The answer to one request; raises what `answer` raises for it alone."""
        ticket: _Ticket[Asked, Answer] = _Ticket(kind, asked)
        group = self._wait(ticket)
        if group:
            self._lead(group)
        if ticket.error is not None:
            raise ticket.error
        return ticket.answers[0]

    def _wait(self, ticket: _Ticket[Asked, Answer]) -> list[_Ticket[Asked, Answer]]:
        """Queue until the answer is there (nothing is left to do) or nobody works: then the group to answer."""
        with self._changed:
            self._queue.append(ticket)
            self._arrived.notify()
            try:
                self._changed.wait_for(lambda: ticket.done or not self._busy)
                if ticket.done:
                    return []
                self._gather(ticket.kind)
            except BaseException:  # interrupted: nobody should work for it any more
                self._queue = [other for other in self._queue if other is not ticket]
                raise
            group = [other for other in self._queue if other.kind == ticket.kind and other is not ticket]
            self._queue = [other for other in self._queue if other.kind != ticket.kind]
            return [ticket, *group]

    def _gather(self, kind: str) -> None:
        """Be the one who answers, and wait for as many as were answered last."""
        self._busy = True
        last, size, took_s = self._last
        try:
            if kind == last:
                patience = min(PATIENCE_S, took_s * PATIENCE)
                self._arrived.wait_for(lambda: sum(one.kind == kind for one in self._queue) >= size, patience)
        except BaseException:
            self._busy = False
            self._changed.notify_all()
            raise

    def _lead(self, group: Sequence[_Ticket[Asked, Answer]]) -> None:
        """Answer a group; what an interruption leaves unanswered waits for the next leader."""
        began = time.monotonic()
        try:
            self._serve(group)
        finally:
            with self._changed:
                self._last = (group[0].kind, len(group), time.monotonic() - began)
                self._queue[:0] = [ticket for ticket in group[1:] if not ticket.done]
                self._busy = False
                self._changed.notify_all()

    def _serve(self, group: Sequence[_Ticket[Asked, Answer]]) -> None:
        try:
            answers = self._answer(group[0].kind, [ticket.asked for ticket in group])
        except Exception as error:  # whatever a library raises: its request is told, the others are not
            if len(group) == 1:
                group[0].error = error
                return
            for ticket in group:
                self._serve([ticket])
            return
        for ticket, answer in zip(group, answers, strict=True):
            ticket.answers.append(answer)
