"""From an embed request to the frame that answers it."""

import numpy as np

from sandbox import frames, messages
from sandbox.contract import EmbedCallback, EmbedRefused, EmbedRequest
from sandbox.conversation import Ending
from sandbox.vectors import Ragged, fault_of
from sandbox.verdicts import Verdict

Reply = list[bytes | memoryview]


def answer(request: EmbedRequest, embed: EmbedCallback) -> Reply | Ending:
    """Parts of the reply frame, not joined so that vectors are not copied; an ending when the encoder fails."""
    try:
        vectors = embed(request)
    except EmbedRefused as refusal:
        text = messages.clean(str(refusal)).encode()
        return [frames.header(frames.REFUSED, len(text)), text]
    except Exception as error:
        return Ending(Verdict.HARNESS_ERROR, f"The encoder failed ({type(error).__name__}: {error}).")
    check = _fault_of if request.vectors is None else fault_of
    fault = check(vectors, len(request.texts))
    if fault:
        return Ending(Verdict.HARNESS_ERROR, f"The encoder failed ({fault}).")
    if not isinstance(vectors, np.ndarray):
        return _many(vectors)
    head = messages.VECTORS_HEAD.pack(*vectors.shape)
    values = np.ascontiguousarray(vectors).reshape(-1).view(np.uint8).data
    return [frames.header(frames.VECTORS, len(head) + len(values)) + head, values]


def _many(found: Ragged) -> Reply:
    head = messages.MANY_HEAD.pack(len(found.offsets) - 1, *found.vectors.shape) + found.offsets.tobytes()
    values = np.ascontiguousarray(found.vectors).reshape(-1).view(np.uint8).data
    return [frames.header(frames.MANY, len(head) + len(values)) + head, values]


def _fault_of(vectors: object, n_texts: int) -> str | None:
    """What is wrong with an encoder's answer; None when it is float32 (n, dim) and finite."""
    if not isinstance(vectors, np.ndarray) or vectors.dtype != np.float32 or vectors.ndim != 2:
        return "it returned something other than a float32 matrix"
    if len(vectors) != n_texts:
        return f"it returned not one row for each text ({len(vectors)} and {n_texts})"
    if not np.isfinite(vectors).all():
        return "it returned NaN or infinity"
    return None
