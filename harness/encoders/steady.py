"""One fingerprint for a server whose answers waver in their last digits, as those of batching GPUs do.

Rounding cannot help: of ninety numbers one always stands near the edge of a step, and a run could not be resumed, nor
the cache used that was paid for. So the first answer to the five sentences is remembered on this machine.
"""

import hashlib
import json
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import numpy as np

from harness.encoders.protocol import FloatMatrix
from harness.settings.home import make_folder

_SAME = 0.999
"""Least cosine between two answers of one model; calls of one are at 0.9999, and quantising moves it below 0.999."""


def steady(vectors: FloatMatrix, facts: Mapping[str, object], folder: Path) -> FloatMatrix:
    """The unit rows remembered in `folder` under `facts`, if `vectors` are those but for noise; float32 (5, dim).

    Otherwise `vectors`, which are remembered from now on, where the folder can be written.
    """
    key = hashlib.sha256(json.dumps(dict(facts), sort_keys=True).encode("utf-8", "surrogatepass")).hexdigest()[:32]
    path = folder / f"{key}.npy"
    with suppress(OSError, ValueError):
        before = np.load(path, allow_pickle=False)
        if before.shape == vectors.shape and (before * vectors).sum(axis=1).min() > _SAME:
            return np.asarray(before, dtype=np.float32)
    with suppress(OSError):
        make_folder(folder)
        new = path.with_suffix(f".{os.getpid()}")
        with new.open("wb") as file:
            np.save(file, vectors)
        new.replace(path)
    return vectors
