"""The child's end of the conversation: blocking frames, with plain read and write calls."""

import io
import os
from collections.abc import Callable, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from sandbox import frames, messages
from sandbox.job import EmbedLimits
from sandbox.vectors import MultiVectors, joined


class Channel:
    """Frames to and from the parent. It holds no secret: a program that writes here itself gains nothing."""

    def __init__(self, reading: int, writing: int) -> None:
        self._writing = writing
        # read(2) on a file object, not recv(2) on a socket: no socket call is allowed once the child is locked.
        self._reader = io.FileIO(reading, "rb", closefd=False)

    def send(self, kind: bytes, payload: bytes = b"") -> None:
        """Write one frame."""
        data = memoryview(frames.header(kind, len(payload)) + payload)
        while data:
            data = data[os.write(self._writing, data) :]

    def receive(self) -> tuple[bytes, int]:
        """Type and payload length of the next frame."""
        kind, length = frames.HEADER.unpack(self.read(frames.HEADER.size))
        return kind, length

    def read(self, length: int) -> bytes:
        """Exactly `length` bytes. Raises EOFError when the parent is gone."""
        data = bytearray(length)
        self.read_into(memoryview(data))
        return bytes(data)

    def read_into(self, view: memoryview) -> None:
        """Fill a writable view of bytes."""
        while view:
            count = self._reader.readinto(view)
            if not count:
                raise EOFError("The harness closed the conversation.")
            view = view[count:]


Answer = NDArray[np.float32] | MultiVectors


def embed_function(channel: Channel, job: EmbedLimits) -> Callable[..., Answer]:
    """The `embed_fn` of a program: a plain function, whose channel no attribute leads to."""

    def embed_fn(
        texts: Sequence[str],
        *,
        role: str = "document",
        adapter: str | None = None,
        dim: int | None = None,
        max_tokens: int | None = None,
        vectors: int | None = None,
    ) -> Answer:
        """Encode texts with the task's frozen encoder: unit rows, float32 (n, dim).

        With `vectors` at most so many a text, as `MultiVectors`, where the encoder has many. `texts`: a list or tuple
        of strings, or a one-dimensional array of them. Raises TypeError for anything else, ValueError for what the
        encoder refuses.
        """
        named = _named("role", role), adapter and _named("adapter", adapter)
        counts = _count("dim", dim), _count("max_tokens", max_tokens), _count("vectors", vectors, messages.MOST_VECTORS)
        return exchange(_checked(texts, job.text_chars), (*named, *counts))

    def exchange(texts: list[str], options: messages.Options) -> Answer:
        if len(texts) <= job.frame_texts and len(texts) * (options[-1] or 1) <= messages.MOST_ROWS:
            payload = messages.pack_embed(texts, *options)
            if len(payload) <= job.frame_bytes:
                channel.send(frames.EMBED, payload)
                return _reply(channel)
        middle = len(texts) // 2
        return _concatenated([exchange(half, options) for half in (texts[:middle], texts[middle:])])

    return embed_fn


def _checked(texts: object, text_chars: int) -> list[str]:
    """The texts as a list of plain strings, whose rows can be told apart by their places."""
    if isinstance(texts, np.ndarray) and texts.ndim == 1:
        texts = texts.tolist()
    if not isinstance(texts, list | tuple):
        raise TypeError(f"embed_fn takes a list of strings, not {_kind(texts)}; {_advice(texts)}.")
    for text in texts:
        if not isinstance(text, str):
            raise TypeError(f"embed_fn takes a list of strings; it got an element of type {type(text).__name__}.")
        if len(text) > text_chars:
            raise ValueError(f"embed_fn takes texts of at most {text_chars} characters.")
    return list(texts)


def _named(option: str, value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"embed_fn takes a string as {option}, not {_kind(value)}.")
    if not messages.is_name(value):
        raise ValueError(f"embed_fn takes at most {messages.NAME_CHARS} characters of valid Unicode as {option}.")
    return str(value)


def _count(option: str, value: object, most: int = messages.MOST_COUNT) -> int | None:
    """A number of dimensions, tokens or vectors as a plain integer; numpy's integers are as good."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | np.integer):
        raise TypeError(f"embed_fn takes a whole number as {option}, not {_kind(value)}.")
    number = int(value)
    if not 0 < number <= most:
        raise ValueError(f"embed_fn takes 1 to {most} as {option}, not {number}.")
    return number


def _kind(texts: object) -> str:
    if isinstance(texts, np.ndarray):
        return f"an array of {texts.ndim} dimensions"
    return "one string" if isinstance(texts, str) else f"an object of type {type(texts).__name__}"


def _advice(texts: object) -> str:
    """How to mend a call; a set has no order that a row could be found by."""
    if isinstance(texts, str):
        return "write [text]"
    if isinstance(texts, set | frozenset):
        return "write sorted(texts)"
    listable = isinstance(texts, Iterable) and not isinstance(texts, bytes | np.ndarray)
    return "write list(texts)" if listable else "give it a list"


def _concatenated(halves: list[Answer]) -> Answer:
    many = [half for half in halves if isinstance(half, MultiVectors)]
    if many:
        return joined(many, many[0].vectors.shape[1])
    return np.concatenate([half for half in halves if isinstance(half, np.ndarray)])


def _reply(channel: Channel) -> Answer:
    kind, length = channel.receive()
    if kind == frames.REFUSED:
        raise ValueError(channel.read(length).decode())
    if kind == frames.MANY:
        n_texts, rows, columns = messages.MANY_HEAD.unpack(channel.read(messages.MANY_HEAD.size))
        offsets, values = np.empty(n_texts + 1, np.int64), np.empty((rows, columns), np.float32)
        channel.read_into(offsets.view(np.uint8).data)
        channel.read_into(values.reshape(-1).view(np.uint8).data)
        return MultiVectors(values, offsets)
    rows, columns = messages.VECTORS_HEAD.unpack(channel.read(messages.VECTORS_HEAD.size))
    vectors = np.empty((rows, columns), np.float32)
    channel.read_into(vectors.reshape(-1).view(np.uint8).data)
    return vectors
