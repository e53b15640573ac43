"""The parent's end of a run's window: filled for each batch of queries, read when its scores are there."""

import numpy as np
from numpy.typing import NDArray

from sandbox import memory
from sandbox.contract import Take
from sandbox.conversation import Ending, Result
from sandbox.inputs import TaskInputs, bytes_of
from sandbox.validation import check_header, check_scores
from sandbox.verdicts import Verdict


class Windows:
    """Shared memory for the similarities and scores of one batch at a time. Close it when the run is over.

    Scores go to `take` batch by batch; without one they are collected.
    """

    def __init__(self, inputs: TaskInputs, take: Take | None = None) -> None:
        self.layout = inputs.layout
        self._inputs = inputs
        self._taken: list[NDArray[np.float32]] = []
        self._take = take or (lambda first, scores: self._taken.append(scores))
        self._collects = take is None
        self._varied = False
        self._number = 0
        # Of a size that nobody can change: a child that cut it short would crash its parent.
        self.descriptor, self.path = memory.allocate("window", max(2 * self.layout.window_bytes, 1))
        memory.seal(self.descriptor, memory.SEAL_SIZE)

    def close(self) -> None:
        """Free the memory."""
        memory.release(self.descriptor, self.path)

    @property
    def taken(self) -> bool:
        """Whether scores of a batch were accepted."""
        return self._number > 0

    def accept(self, result: Result | Ending) -> tuple[Verdict, str]:
        """Take the scores of the batch that the window holds; OK or the verdict and its reason.

        They are copied before they are judged: a program may still be able to write to the window.
        """
        expected = self._expected()
        verdict, reason = check_header(result.shape, result.kind, expected)
        if verdict is not Verdict.OK:
            return verdict, reason
        scores = self._read(expected)
        first, _ = self.layout.window(self._number)
        verdict, reason = check_scores(scores, first)
        self._varied = self._varied or verdict is Verdict.OK
        if verdict not in (Verdict.OK, Verdict.CONSTANT):
            return verdict, reason
        self._number += 1
        if self._number == self.layout.n_windows and not self._varied:
            return Verdict.CONSTANT, Verdict.CONSTANT.sentence
        self._take(first, self._padded(scores))
        return Verdict.OK, Verdict.OK.sentence

    def fill(self) -> None:
        """Put the similarities of the batch after the last one accepted into the window."""
        first, end = self.layout.window(self._number)
        memory.write(self.descriptor, bytes_of(self._inputs.similarity(first, end)))

    def collected(self) -> NDArray[np.float32] | None:
        """All scores, (Q, width), read-only, where nobody else takes them."""
        if not self._collects:
            return None
        scores = self._taken[0] if len(self._taken) == 1 else np.concatenate(self._taken)
        scores.setflags(write=False)
        return scores

    def _expected(self) -> tuple[int, int]:
        first, end = self.layout.window(self._number)
        listed = int((self._inputs.shortlist[first] >= 0).sum()) if self.layout.shortlist else self.layout.n_documents
        return end - first, listed

    def _read(self, shape: tuple[int, int]) -> NDArray[np.float32]:
        """A copy of the window's scores; what a program cut off, where memory cannot be sealed, counts as zero."""
        matrix = np.zeros((shape[0], self.layout.width), np.float32)
        memory.read_into(self.descriptor, matrix.reshape(-1).view(np.uint8).data, self.layout.window_bytes)
        return matrix[:, : shape[1]]

    def _padded(self, scores: NDArray[np.float32]) -> NDArray[np.float32]:
        """Scores of `width` columns, read-only: documents that a query lacks score as its last."""
        lacking = self.layout.width - scores.shape[1]
        if lacking:
            last = np.repeat(scores.min(axis=1, keepdims=True), lacking, axis=1)
            scores = np.hstack([scores, last])
        scores.setflags(write=False)
        return scores
