"""What a server's failure means: a prompt refused or too long, something to be fixed, or a try to be made again."""

import errno
import re
import socket
import ssl
from collections.abc import Iterator
from datetime import UTC
from typing import Any

from harness.errors import HarnessError, JobError, UsageError
from harness.proposers.endpoint import Server
from harness.proposers.paths import at, text_at
from harness.proposers.patience import Fault
from harness.proposers.tape import CallEnded

REFUSAL_CODES = frozenset({"content_filter", "content_policy_violation", "invalid_prompt"})
"""Error codes by which a server refuses a prompt before it answers."""
EMPTY_PURSE = frozenset({"insufficient_quota", "billing_not_active", "billing_hard_limit_reached", "billing_error"})
TOO_LONG_CODES = frozenset({"context_length_exceeded", "exceed_context_size_error", "request_too_large"})
TOO_LONG = re.compile(
    r"context (length|window|size)|maximum context|(prompt|input|request)\b.{0,40}\btoo (long|large)|too many tokens"
    r"|exceeds?\b.{0,60}\btokens|reduce the length",
    re.IGNORECASE,
)
NO_SYSTEM = re.compile(
    r"\b(system|developer)\b.{0,20}\b(role|prompt|message|instruction)|\broles?\b.{0,60}\bsupported", re.IGNORECASE
)
"""How servers say that they take no message of the system: chat templates know user and assistant alone."""
STATUS_OF = {
    "invalid_request_error": 400,
    "authentication_error": 401,
    "permission_error": 403,
    "not_found_error": 404,
    "request_too_large": 413,
    "rate_limit_error": 429,
    "api_error": 500,
    "overloaded_error": 529,
}
"""What an error in a stream would have been, had it come before it."""
PASSING = frozenset({408, 409, 421, 423, 425, 429})
"""Statuses below 500 after which the same request may be made again."""
REFUSED_S = 10.0
"""So long a server on this machine may take to open its port."""


class PromptRefused(Exception):
    """The server refused the prompt with an error in place of an answer."""


class PromptTooLong(UsageError):
    """The prompt and the answer do not fit into the model's context."""


def judge_error(server: Server, error: Exception, *, opened: bool) -> Exception:
    """What to raise for an error of a library, before a stream was `opened` or in it."""
    response = getattr(error, "response", None)
    if getattr(error, "body", None) is None and response is None:
        return _of_connection(server, error, opened=opened)
    return judge_body(
        server,
        getattr(error, "body", None),
        getattr(response, "status_code", None),
        said=str(error),
        retry_after_s=_retry_after_s(response),
        opened=opened,
    )


def judge_body(
    server: Server,
    body: Any,
    status: int | None = None,
    *,
    said: str = "",
    retry_after_s: float | None = None,
    opened: bool = True,
) -> Exception:
    """What to raise for an error that a server put in words, whatever their shape."""
    error = next((found for path in (("error",), (0, "error")) if (found := at(body, *path)) is not None), body)
    if isinstance(error, str):
        error = {"message": error}
    codes = {str(at(error, name)) for name in ("code", "type", "status") if at(error, name)}
    words = text_at(error, "message") or said
    status = _status(status, error, codes)
    told = server.quoted(f"{status}: {words}" if status and str(status) not in words else words)
    if codes & REFUSAL_CODES:
        return PromptRefused(told)
    lasting = _lasting(server, status, codes, words, told)
    return lasting or Fault(told or "an error without a word", retry_after_s=retry_after_s, opened=opened)


def _status(status: int | None, error: Any, codes: set[str]) -> int | None:
    """The HTTP status, or the one that an error within an answer stands for."""
    if status is not None and status >= 400:
        return status
    numbers = (int(code) for code in codes if code.isdigit() and len(code) == 3)
    return next(numbers, None) or next((STATUS_OF[code] for code in codes if code in STATUS_OF), None)


def _lasting(server: Server, status: int | None, codes: set[str], words: str, told: str) -> HarnessError | None:
    """What no waiting heals."""
    key = server.api_key_env or "proposer.api_key_env"
    if status == 402 or codes & EMPTY_PURSE:
        return JobError(f"The account at {server.name} is used up; pay or take another, then resume the run: {told}")
    if status == 401 or (status == 400 and "api key" in words.lower()):
        return UsageError(f"{server.name} did not accept the key ({status}); check the variable {key}: {told}")
    if status == 403:
        return UsageError(
            f"{server.name} gives no permission (403); check the key in the variable {key}, whether it may use this "
            f"model, and whether the service is offered from where this machine is: {told}"
        )
    if status == 404:
        return UsageError(f"{server.name} was not found (404); check proposer.model and proposer.base_url: {told}")
    if codes & TOO_LONG_CODES or status == 413 or (status in (400, 422) and TOO_LONG.search(words)):
        return PromptTooLong(
            f"A prompt is too long for {server.name} ({status}); lower proposer.prompt_tokens or "
            f"proposer.max_output_tokens: {told}"
        )
    if status is not None and 400 <= status < 500 and status not in PASSING:
        what = "set proposer.system=false" if NO_SYSTEM.search(words) else "change the proposer settings it names"
        return UsageError(f"{server.name} cannot take the request ({status}); {what}: {told}")
    return None


def _of_connection(server: Server, error: Exception, *, opened: bool) -> Exception:
    """Of an error that no server worded: the connection failed, or what came is no answer."""
    import httpx2

    causes = list(_causes(error))
    told = server.quoted("; ".join(dict.fromkeys(str(cause) for cause in causes if str(cause))) or type(error).__name__)
    if any(isinstance(cause, ssl.SSLError) for cause in causes):
        return UsageError(
            f"{server.name} speaks no TLS that can be trusted at proposer.base_url; write http:// for a server without "
            f"TLS, or install its certificate: {told}"
        )
    if any(isinstance(cause, (httpx2.UnsupportedProtocol, httpx2.InvalidURL)) for cause in causes):
        return UsageError(f"proposer.base_url is no address; write http://HOST:PORT/v1: {told}")
    slow = any(isinstance(cause, (httpx2.ReadTimeout, CallEnded)) for cause in causes)
    if any(isinstance(cause, socket.gaierror) and cause.errno == socket.EAI_NONAME for cause in causes):
        unknown = UsageError(f"There is no server named {server.host or 'so'}; check proposer.base_url: {told}")
        return Fault(told, hopeless=unknown)
    if server.is_local and any(isinstance(cause, OSError) and cause.errno == errno.ECONNREFUSED for cause in causes):
        closed = JobError(f"No server listens at proposer.base_url; start it, then resume the run: {told}")
        return Fault(told, hopeless=closed, hopeless_after_s=REFUSED_S)
    return Fault(told, opened=opened, slow=slow)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _retry_after_s(response: Any) -> float | None:
    """What a server says in its headers: milliseconds, seconds or a date."""
    headers = getattr(response, "headers", {})
    for name, unit in (("retry-after-ms", 1e-3), ("retry-after", 1.0)):
        try:
            return max(0.0, float(headers[name]) * unit)
        except (KeyError, ValueError):
            continue
    return _until(headers.get("retry-after"))


def _until(date: str | None) -> float | None:
    from datetime import datetime
    from email.utils import parsedate_to_datetime

    try:
        then = parsedate_to_datetime(date or "")
    except ValueError:
        return None
    return max(0.0, (then - datetime.now(then.tzinfo or UTC)).total_seconds()) if then.tzinfo else None
