"""From an ending to the verdict: scores are read when nobody can write them any more."""

import os

import numpy as np
from numpy.typing import NDArray

from sandbox.conversation import Ending
from sandbox.validation import check_header, check_scores
from sandbox.verdicts import Verdict


def judge(ending: Ending, scores: int, shape: tuple[int, int]) -> tuple[Verdict, str, NDArray[np.float32] | None]:
    """Verdict, reason and, only when the verdict is OK, the scores behind a descriptor."""
    verdict, reason = ending.verdict, ending.reason
    if verdict is Verdict.OK:
        verdict, reason = check_header(ending.shape, ending.kind, shape)
    if verdict is not Verdict.OK:
        return verdict, reason, None
    matrix = _read_matrix(scores, shape)
    verdict, reason = check_scores(matrix)
    return verdict, reason, matrix if verdict is Verdict.OK else None


def _read_matrix(descriptor: int, shape: tuple[int, int]) -> NDArray[np.float32]:
    """A read-only copy of the shared scores."""
    matrix = np.zeros(shape, np.float32)
    view = matrix.reshape(-1).view(np.uint8).data
    os.lseek(descriptor, 0, os.SEEK_SET)
    with open(descriptor, "rb", buffering=0, closefd=False) as file:
        # Short only where memory cannot be sealed and a program cut it: what is missing counts as zero.
        while view and (count := file.readinto(view)):
            view = view[count:]
    matrix.setflags(write=False)
    return matrix
