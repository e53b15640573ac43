"""Reading a streamed answer, whatever shape its events have.

Events are read as plain JSON with `at`, which finds nothing where a server left something out. A server that sends one
body of JSON in place of events is read as well: an answer's body has the shape of a last event that holds everything.
"""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from archive import UsageRecord
from harness.proposers.endpoint import Server
from harness.proposers.exchange import Exchange
from harness.proposers.faults import PromptRefused, judge_body, judge_error
from harness.proposers.keys import mask
from harness.proposers.paths import at
from harness.proposers.patience import Fault
from harness.proposers.tape import CallEnded, Tape, tape_of
from harness.proposers.verdicts import AnswerVerdict

CHARACTERS_PER_TOKEN = 16
"""No text has more of them for long; what is longer than its limit of tokens allows has no end."""


class EventStream(Protocol):
    """What both libraries' streams have in common."""

    @property
    def response(self) -> Any: ...

    def __iter__(self) -> Iterator[Any]: ...

    def close(self) -> None: ...


@dataclass
class Reading:
    """What has been read of an answer so far."""

    text: list[str] = field(default_factory=list)
    thoughts: int = 0
    """Characters of reasoning, which are paid too."""
    refusal: list[str] = field(default_factory=list)
    stop: AnswerVerdict | None = None
    """None until the server says that the answer ends; INTERRUPTED where it says that it failed."""
    detail: str = ""
    error: Any = None
    """What the server says of an answer that failed, as it words errors."""
    model: str = ""
    tokens: dict[str, Any] = field(default_factory=dict)
    """Token counts, or None, by the names of `UsageRecord`."""
    events: int = 0

    @property
    def characters(self) -> int:
        """How much was received."""
        return sum(map(len, self.text)) + self.thoughts


Absorb = Callable[[Any, Reading], None]


def read(server: Server, api_error: type[Exception], open_: Callable[[], EventStream], absorb: Absorb) -> Exchange:
    """Open a stream, read it to its end and judge it. `api_error` is the library's error class.

    Raises Fault for a try that may be made again, UsageError or JobError where that would not help.
    """
    started = time.monotonic()
    reading = Reading()
    response = None
    try:
        stream = _open(server, api_error, open_)
        response = stream.response
        try:
            _drain(server, stream, api_error, absorb, reading)
        finally:
            stream.close()
    except PromptRefused as refusal:
        reading.stop, reading.detail = AnswerVerdict.REFUSED, str(refusal)
    except Fault as fault:
        fault.text = "".join(reading.text)
        fault.tokens = dict(reading.tokens)
        fault.slow = fault.slow or reading.characters > 0
        raise
    return _exchange(server, reading, getattr(response, "headers", {}), time.monotonic() - started)


def _open(server: Server, api_error: type[Exception], open_: Callable[[], EventStream]) -> EventStream:
    try:
        return open_()
    except api_error as error:
        raise judge_error(server, error, opened=False) from error


def _drain(server: Server, stream: EventStream, api_error: type[Exception], absorb: Absorb, reading: Reading) -> None:
    """Read a stream to its end. Raises as `read` does."""
    import httpx2

    most = server.limits.tokens * CHARACTERS_PER_TOKEN + 4096
    try:
        for event in stream:
            reading.events += 1
            absorb(event.to_dict(mode="json", warnings=False), reading)
            if reading.characters > most:
                reading.stop, reading.detail = AnswerVerdict.CUT_OFF, "longer than proposer.max_output_tokens allows"
                return
    except (api_error, httpx2.HTTPError, CallEnded, ValueError, AttributeError) as error:
        # ValueError is a line that is not JSON, AttributeError a JSON value that is no event.
        raise judge_error(server, error, opened=True) from error
    tape = tape_of(stream.response)
    if tape is not None and not reading.events:
        _read_whole(server, tape, absorb, reading)
    if reading.stop is None and tape is not None and b"[DONE]" in tape.last and reading.events:
        reading.stop, reading.detail = AnswerVerdict.OK, "no finish reason"
    if reading.stop is None:
        raise Fault("the stream ended before the answer did", opened=True)
    if reading.stop is AnswerVerdict.INTERRUPTED:
        raise judge_body(server, reading.error, said=reading.detail or "the answer failed")


def _read_whole(server: Server, tape: Tape, absorb: Absorb, reading: Reading) -> None:
    """Read what came in place of events: the answer as one body, an error, or a page of something else."""
    text = bytes(tape.kept).decode("utf-8", "replace").strip()
    try:
        body = json.loads(text)
    except ValueError:
        said = server.quoted(text, 160) or "nothing at all"
        raise Fault(f"in place of an answer came: {said}", opened=True) from None
    if at(body, "error") or at(body, 0, "error"):
        raise judge_body(server, body)
    absorb(body, reading)
    if reading.stop is None and reading.characters:
        reading.stop, reading.detail = AnswerVerdict.OK, "no finish reason"
    if reading.stop is None:
        raise judge_body(server, body, said=f"in place of an answer came: {text[:160]}")


def _exchange(server: Server, reading: Reading, headers: Mapping[str, str], latency_s: float) -> Exchange:
    text = mask("".join(reading.text), server.keys)
    verdict = _verdict(reading, text)
    usage = UsageRecord(
        provider=server.provider,
        model=reading.model or server.model,
        verdict=verdict.value,
        request_id=headers.get("request-id") or headers.get("x-request-id") or None,
        latency_s=round(latency_s, 3),
        **reading.tokens,
    )
    return Exchange(text, verdict, mask(reading.detail or "".join(reading.refusal), server.keys), usage)


def _verdict(reading: Reading, text: str) -> AnswerVerdict:
    assert reading.stop is not None
    if reading.stop is AnswerVerdict.OK and reading.refusal:
        return AnswerVerdict.REFUSED
    if reading.stop is AnswerVerdict.OK and not text.strip():
        return AnswerVerdict.EMPTY
    return reading.stop
