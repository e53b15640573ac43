"""A server on loopback that speaks the three wire formats, streamed, and misbehaves on command."""

import json
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

TOKENS = {"input": 100, "read": 40, "write": 10, "output": 30, "reasoning": 7}
"""What a reply says it used where it says nothing else: 100 tokens of input in all, 40 of them read from and 10 written
to the cache."""


@dataclass(frozen=True)
class Reply:
    """What the model says. `stop` is complete, cut-off, refused or silent (the stream ends without a word)."""

    text: str
    stop: str = "complete"
    usage: bool = True
    broken_after: int | None = None
    """Send so many pieces of the text, then break: `breakage` says how."""
    breakage: str = "drop"
    """drop, bad-json, overload (an error as an event), stall (silence) or dribble (comments without an end)."""
    used: Mapping[str, int] = field(default_factory=lambda: TOKENS)
    """What it says it used."""


@dataclass(frozen=True)
class Fault:
    """No answer: an HTTP status, or `drop` (the connection closed at once) or `hang` (no word for a while).

    With status 200 it is an error in the place of an answer.
    """

    status: int = 0
    kind: str = "status"
    message: str = "no"
    code: str | None = None


@dataclass(frozen=True)
class Raw:
    """A body of the script's own, sent as it is."""

    body: bytes | Iterable[bytes]
    content_type: str = "text/event-stream"
    status: int = 200


STALL_S = 4.0
Planned = Reply | Fault | Raw
Script = Callable[[dict[str, Any], int], Planned]
"""The request's body and how often this same body was asked before, to what the server does."""


class FakeProvider:
    """Answers as `script` says and remembers every request and every stream that the client took to its end."""

    def __init__(self, server: HTTPServer, script: Script) -> None:
        self.script = script
        self.requests: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.answered: Counter[str] = Counter()
        """Canonical body to the number of answers sent to their end."""
        self._asked: Counter[str] = Counter()
        self._lock = threading.Lock()
        for path in ("/v1/messages", "/v1/chat/completions", "/v1/responses"):
            server.expect_request(path, method="POST").respond_with_handler(self._handle)

    def forget(self) -> None:
        """Start counting anew."""
        with self._lock:
            self.requests.clear()
            self.headers.clear()
            self.answered.clear()
            self._asked.clear()

    def _handle(self, request: Request) -> Response:
        body = json.loads(request.get_data())
        key = json.dumps(body, sort_keys=True)
        with self._lock:
            self.requests.append(body)
            self.headers.append(dict(request.headers))
            before = self._asked[key]
            self._asked[key] += 1
        planned = self.script(body, before)
        if isinstance(planned, Fault):
            return _fault(planned, request)
        if isinstance(planned, Raw):
            return Response(planned.body, status=planned.status, content_type=planned.content_type)
        frames = WIRES[request.path](planned)
        whole = planned.broken_after is None and planned.stop != "silent"
        return Response(self._stream(frames, key) if whole else frames, content_type="text/event-stream")

    def _stream(self, frames: Iterator[bytes], key: str) -> Iterator[bytes]:
        yield from frames
        with self._lock:
            self.answered[key] += 1


def prompt_of(body: dict[str, Any]) -> str:
    """The variable part of a prompt, whatever the wire format."""
    if "input" in body:
        return str(body["input"])
    return str(body["messages"][-1]["content"])


def _fault(fault: Fault, request: Request) -> Response:
    if fault.kind == "drop":
        request.environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
    if fault.kind == "hang":
        time.sleep(STALL_S)
    error = {"type": "error", "message": fault.message, "code": fault.code}
    body = json.dumps({"type": "error", "error": error})
    headers = {"retry-after-ms": "5", "content-type": "application/json"}
    return Response(body, status=fault.status or 500, headers=headers)


def _pieces(reply: Reply) -> Iterator[str | None]:
    """The text in pieces; None where the stream breaks."""
    pieces = [reply.text[i : i + 40] for i in range(0, len(reply.text), 40)]
    for number, piece in enumerate(pieces):
        if number == reply.broken_after:
            yield None
            return
        yield piece


def _sse(payload: Any, event: str | None = None) -> bytes:
    head = f"event: {event}\n" if event else ""
    return f"{head}data: {json.dumps(payload)}\n\n".encode()


def _break(reply: Reply, event: str | None = None) -> Iterator[bytes]:
    if reply.breakage == "bad-json":
        yield (f"event: {event}\n" if event else "").encode() + b"data: {not json\n\n"
    if reply.breakage == "overload":
        error = {"type": "overloaded_error", "message": "Overloaded"}
        yield _sse({"type": "error", "error": error, "code": "overloaded_error", "message": "Overloaded"}, "error")
    if reply.breakage == "stall":
        time.sleep(STALL_S)
    if reply.breakage == "dribble":
        for _ in range(int(STALL_S * 100)):
            yield b": still here\n\n"
            time.sleep(0.01)


def _messages(reply: Reply) -> Iterator[bytes]:
    usage = {
        "input_tokens": reply.used["input"] - reply.used["read"] - reply.used["write"],
        "cache_read_input_tokens": reply.used["read"],
        "cache_creation_input_tokens": reply.used["write"],
        "output_tokens": 1,
    }
    message = {"id": "msg_1", "type": "message", "role": "assistant", "content": [], "model": "stand-in-1"}
    start = message | ({"usage": usage} if reply.usage else {})
    yield _sse({"type": "message_start", "message": start}, "message_start")
    for text in _pieces(reply):
        if text is None:
            yield from _break(reply, "content_block_delta")
            return
        delta = {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": text}}
        yield _sse(delta, "content_block_delta")
    stops = {"complete": "end_turn", "cut-off": "max_tokens", "refused": "refusal"}
    if reply.stop == "silent":
        return
    end = {"output_tokens": reply.used["output"], "output_tokens_details": {"thinking_tokens": reply.used["reasoning"]}}
    delta = {"type": "message_delta", "delta": {"stop_reason": stops[reply.stop]}}
    yield _sse(delta | ({"usage": end} if reply.usage else {}), "message_delta")
    yield _sse({"type": "message_stop"}, "message_stop")


def _chat(reply: Reply) -> Iterator[bytes]:
    def chunk(**fields: Any) -> bytes:
        return _sse({"id": "c1", "object": "chat.completion.chunk", "created": 0, "model": "stand-in-1"} | fields)

    for text in _pieces(reply):
        if text is None:
            yield from _break(reply)
            return
        yield chunk(choices=[{"index": 0, "delta": {"content": text}, "finish_reason": None}])
    if reply.stop == "silent":
        return
    stops = {"complete": "stop", "cut-off": "length", "refused": "content_filter"}
    yield chunk(choices=[{"index": 0, "delta": {}, "finish_reason": stops[reply.stop]}])
    if reply.usage:
        details = {"cached_tokens": reply.used["read"], "cache_write_tokens": reply.used["write"]}
        usage = {
            "prompt_tokens": reply.used["input"],
            "completion_tokens": reply.used["output"],
            "total_tokens": reply.used["input"] + reply.used["output"],
            "prompt_tokens_details": details,
            "completion_tokens_details": {"reasoning_tokens": reply.used["reasoning"]},
        }
        yield chunk(choices=[], usage=usage)
    yield b"data: [DONE]\n\n"


def _responses(reply: Reply) -> Iterator[bytes]:
    for text in _pieces(reply):
        if text is None:
            yield from _break(reply, "response.output_text.delta")
            return
        kind = "response.output_text.delta"
        yield _sse({"type": kind, "delta": text, "item_id": "i", "output_index": 0, "content_index": 0}, kind)
    if reply.stop == "silent":
        return
    response: dict[str, Any] = {"id": "r1", "object": "response", "model": "stand-in-1", "status": "completed"}
    kind = "response.completed"
    if reply.stop != "complete":
        kind, response["status"] = "response.incomplete", "incomplete"
        reasons = {"cut-off": "max_output_tokens", "refused": "content_filter"}
        response["incomplete_details"] = {"reason": reasons[reply.stop]}
    if reply.usage:
        response["usage"] = {
            "input_tokens": reply.used["input"],
            "input_tokens_details": {"cached_tokens": reply.used["read"], "cache_write_tokens": reply.used["write"]},
            "output_tokens": reply.used["output"],
            "output_tokens_details": {"reasoning_tokens": reply.used["reasoning"]},
            "total_tokens": reply.used["input"] + reply.used["output"],
        }
    yield _sse({"type": kind, "response": response}, kind)


WIRES: dict[str, Callable[[Reply], Iterator[bytes]]] = {
    "/v1/messages": _messages,
    "/v1/chat/completions": _chat,
    "/v1/responses": _responses,
}
