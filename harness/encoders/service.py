"""The encoder as a service: many threads ask, and what they ask at the same time is answered together."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from harness.encoders.meter import Cost
from harness.encoders.protocol import DOCUMENT, EmbedOptions, FloatMatrix
from primitives import MultiVectors


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
    """

    def __init__(self, answer: Callable[[str, Sequence[Asked]], Sequence[Answer]]) -> None:
        self._answer = answer
        self._changed = threading.Condition()
        self._queue: list[_Ticket[Asked, Answer]] = []
        self._busy = False

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
            try:
                self._changed.wait_for(lambda: ticket.done or not self._busy)
            except BaseException:  # interrupted: nobody should work for it any more
                self._queue = [other for other in self._queue if other is not ticket]
                raise
            if ticket.done:
                return []
            self._busy = True
            group = [other for other in self._queue if other.kind == ticket.kind and other is not ticket]
            self._queue = [other for other in self._queue if other.kind != ticket.kind]
            return [ticket, *group]

    def _lead(self, group: Sequence[_Ticket[Asked, Answer]]) -> None:
        """Answer a group; what an interruption leaves unanswered waits for the next leader."""
        try:
            self._serve(group)
        finally:
            with self._changed:
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
