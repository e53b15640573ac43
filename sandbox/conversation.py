"""The parent's side of one run's talk with its child: a state machine over frames, without any input or output."""

from collections import deque
from dataclasses import dataclass, field, replace

from sandbox import frames, messages
from sandbox.contract import EmbedRequest
from sandbox.frames import Frame, FrameError, FrameReader
from sandbox.limits import Limits
from sandbox.verdicts import Verdict

SMALL_FRAME = 64 * 1024
"""Cap in bytes of every frame that carries no texts."""


@dataclass(frozen=True)
class Ending:
    """Why a run is over. A verdict of OK is provisional until the scores themselves are validated."""

    verdict: Verdict
    reason: str
    shape: tuple[int, ...] = ()
    kind: str = ""


@dataclass(frozen=True)
class Result:
    """What rerank returned for a batch; the scores themselves lie in the window."""

    shape: tuple[int, ...]
    kind: str


@dataclass
class Conversation:
    """Feed it bytes; it collects requests to serve and, once, an ending. Nothing after the ending is read."""

    limits: Limits
    n_windows: int = 1
    """Batches of queries that rerank is called with."""
    requests: deque[EmbedRequest] = field(default_factory=deque)
    results: deque[Result] = field(default_factory=deque)
    """Of batches that are not the last."""
    ending: Ending | None = None
    started: bool = False
    indexed: bool = False
    index_bytes: int | None = None
    """None where the program has no index."""
    n_results: int = 0
    embed_calls: int = 0
    embed_texts: int = 0
    embed_chars: int = 0

    def __post_init__(self) -> None:
        small = (frames.STARTED, frames.FAILED, frames.INDEXED, frames.RESULT, frames.EXCEPTION)
        self._reader = FrameReader(dict.fromkeys(small, SMALL_FRAME) | {frames.EMBED: self.limits.frame_bytes})

    def feed(self, data: bytes) -> None:
        """Take in what the child wrote. Never raises: a violation of the protocol is an ending."""
        if self.ending is not None:
            return
        try:
            for frame in self._reader.feed(data):
                self.ending = self._take(frame)
                if self.ending is not None:
                    return
        except FrameError as error:
            self.ending = Ending(Verdict.PROTOCOL_ERROR, f"The program sent {error}.")

    def _take(self, frame: Frame) -> Ending | None:
        """Act on a frame; the ending it brings, if any. Raises FrameError."""
        if frame.kind == frames.STARTED and not self.started:
            self.started = True
            return None
        if frame.kind == frames.FAILED and not self.started:
            reason = messages.clean(frame.payload.decode(errors="replace"))
            return Ending(Verdict.HARNESS_ERROR, f"The child could not be made ready: {reason}")
        if frame.kind == frames.EMBED and self.started:
            return self._take_request(messages.parse_embed(frame.payload, self.limits))
        if frame.kind == frames.INDEXED and self.started and not self.indexed:
            self.indexed, self.index_bytes = True, messages.parse_indexed(frame.payload)
            return None
        if frame.kind == frames.RESULT and self.indexed and not self.results:
            return self._take_result(*messages.parse_result(frame.payload))
        if frame.kind == frames.EXCEPTION and self.started:
            return _exception(*messages.parse_exception(frame.payload))
        raise FrameError(f"a frame of type {frame.kind!r} out of order")

    def _take_result(self, kind: str, shape: tuple[int, ...]) -> Ending | None:
        self.n_results += 1
        if self.n_results == self.n_windows:
            return Ending(Verdict.OK, Verdict.OK.sentence, shape, kind)
        self.results.append(Result(shape, kind))
        return None

    def _take_request(self, request: EmbedRequest) -> Ending | None:
        self.embed_calls += 1
        self.embed_texts += len(request.texts)
        self.embed_chars += sum(map(len, request.texts))
        limits = self.limits
        budgets = (
            (self.embed_calls, limits.embed_calls, "requests"),
            (self.embed_texts, limits.embed_texts, "texts"),
            (self.embed_chars, limits.embed_chars, "characters"),
        )
        for used, budget, unit in budgets:
            if used > budget:
                return Ending(Verdict.EMBED_BUDGET, f"The program asked embed_fn for more than {budget} {unit}.")
        self.requests.append(replace(request, indexing=not self.indexed))
        return None


def _exception(kind: str, message: str, line: int | None) -> Ending:
    verdict = Verdict.MEMORY if kind == "MemoryError" else Verdict.EXCEPTION
    place = f" at line {line}" if line is not None else ""
    return Ending(verdict, f"{kind}{place}: {message}" if message else f"{kind}{place}.")
