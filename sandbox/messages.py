"""What the payloads mean: packed by the child, parsed by the parent, which believes nothing."""

import json
import struct

from sandbox.contract import EmbedRequest
from sandbox.frames import FrameError
from sandbox.limits import Limits

NAME_CHARS = 200
MESSAGE_CHARS = 2000
MOST_COUNT = 1 << 20
"""Of dimensions or tokens that a program may ask for."""

RESULT_HEAD = struct.Struct("<cB")
INDEXED_PAYLOAD = struct.Struct("<?Q")
VECTORS_HEAD = struct.Struct("<II")
MANY_HEAD = struct.Struct("<III")

MOST_VECTORS = 4096
"""Vectors of a text that may be asked for."""
MOST_ROWS = 1 << 17
"""Vectors of all texts of a request together: what the parent makes for one frame is bounded."""


Options = tuple[str, str | None, int | None, int | None, int | None]
"""role, adapter, dim, max_tokens and vectors of an embed request."""


def pack_embed(
    texts: list[str],
    role: str,
    adapter: str | None,
    dim: int | None,
    max_tokens: int | None,
    vectors: int | None = None,
) -> bytes:
    """Payload of an EMBED frame. Raises UnicodeEncodeError for lone surrogates."""
    parts = [texts, role, adapter, dim, max_tokens, *([] if vectors is None else [vectors])]
    return json.dumps(parts, ensure_ascii=False, separators=(",", ":")).encode()


def parse_embed(payload: bytes, limits: Limits) -> EmbedRequest:
    """Read the payload of an EMBED frame. Raises FrameError for anything but a request within the limits."""
    try:
        message = json.loads(payload.decode())
    except (ValueError, RecursionError) as error:
        raise FrameError("an embed request that is not JSON") from error
    if not isinstance(message, list) or len(message) not in (5, 6):
        raise FrameError("an embed request without its five or six parts")
    texts, role, adapter, dim, max_tokens, *many = message
    _check_texts(texts, limits)
    if not is_name(role) or not (adapter is None or is_name(adapter)):
        raise FrameError("an embed request whose role or adapter is no short string")
    if not all(value is None or (type(value) is int and 0 < value <= MOST_COUNT) for value in (dim, max_tokens)):
        raise FrameError("an embed request whose dim or max_tokens is no positive whole number")
    if many and not (type(many[0]) is int and 0 < many[0] <= MOST_VECTORS and many[0] * len(texts) <= MOST_ROWS):
        raise FrameError("an embed request for more vectors than may be asked for at once")
    return EmbedRequest(texts, role, adapter, dim, max_tokens, vectors=many[0] if many else None)


def _check_texts(texts: object, limits: Limits) -> None:
    if not isinstance(texts, list) or not set(map(type, texts)) <= {str}:
        raise FrameError("an embed request whose texts are no list of strings")
    if len(texts) > limits.frame_texts:
        raise FrameError(f"an embed request with {len(texts)} texts, more than {limits.frame_texts}")
    if max(map(len, texts), default=0) > limits.text_chars:
        raise FrameError(f"an embed request with a text longer than {limits.text_chars} characters")
    if not _is_unicode("".join(texts)):
        raise FrameError("an embed request with a text that is not valid Unicode")


def is_name(value: object) -> bool:
    """Whether a value can be a role or an adapter: a short string of valid Unicode."""
    return isinstance(value, str) and len(value) <= NAME_CHARS and _is_unicode(value)


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def parse_indexed(payload: bytes) -> int | None:
    """Size in bytes of a program's index; None where it has none. Raises FrameError for anything else."""
    try:
        has_index, size = INDEXED_PAYLOAD.unpack(payload)
    except struct.error as error:
        raise FrameError("an index frame without a size") from error
    return size if has_index else None


def pack_result(kind: str, shape: tuple[int, ...]) -> bytes:
    """Payload of a RESULT frame: the dtype kind and shape of what rerank returned."""
    return RESULT_HEAD.pack(kind.encode("ascii"), len(shape)) + struct.pack(f"<{len(shape)}Q", *shape)


def parse_result(payload: bytes) -> tuple[str, tuple[int, ...]]:
    """Dtype kind and shape from a RESULT frame. Raises FrameError for anything else."""
    try:
        kind, dimensions = RESULT_HEAD.unpack_from(payload)
        shape = struct.unpack(f"<{dimensions}Q", payload[RESULT_HEAD.size :])
        return kind.decode("ascii"), shape
    except (struct.error, UnicodeDecodeError) as error:
        raise FrameError("a result frame that holds no dtype and shape") from error


def pack_exception(kind: str, message: str, line: int | None) -> bytes:
    """Payload of an EXCEPTION frame, cut to the lengths that the parent keeps."""
    return json.dumps([kind[:NAME_CHARS], message[:MESSAGE_CHARS], line]).encode()


def parse_exception(payload: bytes) -> tuple[str, str, int | None]:
    """Type, message and line of an exception; the text is clean Unicode. Raises FrameError for anything else."""
    try:
        kind, message, line = json.loads(payload.decode())
    except (ValueError, TypeError, RecursionError) as error:
        raise FrameError("an exception frame without type, message and line") from error
    is_line = line is None or (type(line) is int and 0 <= line < 1 << 31)
    if not isinstance(kind, str) or not isinstance(message, str) or not is_line:
        raise FrameError("an exception frame without type, message and line")
    return clean(kind[:NAME_CHARS]), clean(message[:MESSAGE_CHARS]), line


def clean(text: str) -> str:
    """The text with lone surrogates and NUL, which no database or terminal takes, replaced by question marks."""
    return text.encode(errors="replace").decode().replace("\0", "?")
