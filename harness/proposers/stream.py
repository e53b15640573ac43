"""Reading a streamed answer, whatever shape its events have, and turning a library's errors into sentences.

Events are read as plain JSON with `at`, which finds nothing where a server left something out: servers of one's own
send what they like.
"""

import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

from archive import UsageRecord
from harness.errors import HarnessError, JobError, UsageError
from harness.proposers.exchange import Exchange
from harness.proposers.verdicts import AnswerVerdict
from harness.settings.proposer import ProposerSettings

CONNECT_S = 20.0
REFUSAL_CODES = frozenset({"content_filter", "content_policy_violation", "invalid_prompt"})
"""Error codes by which a server refuses a prompt before it answers."""


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
    refusal: list[str] = field(default_factory=list)
    stop: AnswerVerdict | None = None
    """None until the server says that the answer ends."""
    detail: str = ""
    model: str = ""
    tokens: dict[str, Any] = field(default_factory=dict)
    """Token counts, or None, by the names of `UsageRecord`."""


class PromptRefused(Exception):
    """The server refused the prompt with an error in place of an answer."""


@dataclass(frozen=True)
class Server:
    """Where a client asks, for its messages."""

    provider: str
    model: str
    api_key_env: str


def read(
    server: Server, api_error: type[Exception], open_: Callable[[], EventStream], absorb: Callable[[Any, Reading], None]
) -> Exchange:
    """Open a stream, read it to its end and judge it. `api_error` is the library's error class.

    Raises JobError or UsageError where the server could not be asked; a stream that breaks is `interrupted`.
    """
    started = time.monotonic()
    reading = Reading()
    try:
        with translate_errors(server, api_error):
            stream = open_()
    except PromptRefused as refusal:
        reading.stop, reading.detail = AnswerVerdict.REFUSED, str(refusal)
        return _exchange(server, reading, {}, time.monotonic() - started)
    try:
        _drain(stream, api_error, absorb, reading)
    finally:
        stream.close()
    return _exchange(server, reading, _headers(stream), time.monotonic() - started)


def _drain(
    stream: EventStream, api_error: type[Exception], absorb: Callable[[Any, Reading], None], reading: Reading
) -> None:
    import httpx2

    try:
        for event in stream:
            absorb(event.to_dict(mode="json", warnings=False), reading)
    except (api_error, httpx2.HTTPError, ValueError, AttributeError) as error:
        # ValueError is a line that is not JSON, AttributeError a JSON value that is no event.
        reading.stop, reading.detail = AnswerVerdict.INTERRUPTED, f"{type(error).__name__}: {error}"


def _headers(stream: EventStream) -> dict[str, str]:
    headers = stream.response.headers
    return {
        "request_id": headers.get("request-id") or headers.get("x-request-id") or "",
        "retries": stream.response.request.headers.get("x-stainless-retry-count", "0"),
    }


def _exchange(server: Server, reading: Reading, headers: Mapping[str, str], latency_s: float) -> Exchange:
    text = "".join(reading.text)
    verdict = _verdict(reading, text)
    usage = UsageRecord(
        provider=server.provider,
        model=reading.model or server.model,
        verdict=verdict.value,
        request_id=headers.get("request_id") or None,
        retries=int(headers.get("retries", "0")),
        latency_s=round(latency_s, 3),
        **reading.tokens,
    )
    return Exchange(text, verdict, reading.detail or "".join(reading.refusal), usage)


def _verdict(reading: Reading, text: str) -> AnswerVerdict:
    if reading.stop is None:
        return AnswerVerdict.INTERRUPTED
    if reading.stop is AnswerVerdict.OK and reading.refusal:
        return AnswerVerdict.REFUSED
    if reading.stop is AnswerVerdict.OK and not text.strip():
        return AnswerVerdict.EMPTY
    return reading.stop


@contextmanager
def translate_errors(server: Server, api_error: type[Exception]) -> Iterator[None]:
    """Raise a library's error as one sentence, or as PromptRefused."""
    try:
        yield
    except api_error as error:
        if getattr(error, "code", None) in REFUSAL_CODES:
            raise PromptRefused(str(error)) from error
        raise _explained(server, error) from error


def _explained(server: Server, error: Exception) -> HarnessError:
    who = f"{server.provider} ({server.model})"
    status = getattr(error, "status_code", None)
    said = " ".join(str(error).split())[:300]
    if status in (401, 403):
        key = server.api_key_env or "proposer.api_key_env"
        return UsageError(f"{who} did not accept the key ({status}); check the variable {key}: {said}")
    if status == 404:
        return UsageError(f"{who} was not found (404); check proposer.model and proposer.base_url: {said}")
    if status in (400, 413, 422):
        return UsageError(f"{who} cannot take the request ({status}); change the proposer settings it names: {said}")
    return JobError(
        f"{who} gave no answer after all retries; the run is kept, resume it when the server is back "
        f"(proposer.max_retries and proposer.timeout_s say how long to wait): {said}"
    )


def at(value: Any, *path: str | int) -> Any:
    """What lies at a path of keys and indices in JSON; None where there is nothing."""
    for step in path:
        if isinstance(value, Mapping) and isinstance(step, str):
            value = value.get(step)
        elif isinstance(value, Sequence) and isinstance(step, int) and -len(value) <= step < len(value):
            value = value[step]
        else:
            return None
    return value


def text_at(value: Any, *path: str | int) -> str:
    """Text at a path, empty where there is none."""
    found = at(value, *path)
    return found if isinstance(found, str) else ""


def count_at(value: Any, *path: str | int) -> int | None:
    """A whole number, at least zero, at a path; None where there is none."""
    found = at(value, *path)
    return found if isinstance(found, int) and not isinstance(found, bool) and found >= 0 else None


def server_for(provider: str, model: str, settings: ProposerSettings, usual_env: str) -> Server:
    """Where to ask, and with which key variable: none by default at a `base_url`."""
    return Server(provider, model, settings.api_key_env or ("" if settings.base_url else usual_env))


def connection(server: Server, settings: ProposerSettings) -> dict[str, Any]:
    """The arguments that both libraries' clients take. Raises UsageError where a provider's key is missing."""
    env = server.api_key_env
    key = os.environ.get(env, "") if env else ""
    if not key and settings.base_url is None:
        raise UsageError(
            f"{server.provider} needs a key: set the variable {env}, or name another in proposer.api_key_env."
        )
    import httpx2

    return {
        "api_key": key or "none",
        "base_url": settings.base_url,
        # A model may think for minutes, but a server that is there takes the connection at once.
        "timeout": httpx2.Timeout(settings.timeout_s, connect=min(settings.timeout_s, CONNECT_S)),
        "max_retries": settings.max_retries,
    }
