"""Encoders may be as large as the device: one is let go before the next is loaded."""

import gc
from pathlib import Path

from harness import api
from harness.encoders.base import BaseEncoder
from harness.evaluation.watcher import Watcher


class Census(Watcher):
    """Counts the encoders alive whenever one is about to be loaded, beside those of other tests."""

    def __init__(self) -> None:
        self._others = _alive()
        self.counts: list[int] = []

    def doing(self, what: str) -> None:
        if what.startswith("loading the encoder"):
            self.counts.append(_alive() - self._others)


def _alive() -> int:
    return sum(isinstance(one, BaseEncoder) for one in gc.get_objects())


def test_in_a_transfer(tmp_path: Path, quick: list[str]) -> None:
    census = Census()
    matrix = api.transfer(["identity"], *quick, "encoders=[wordllama,minilm]", watcher=census)
    assert matrix.complete
    assert len(census.counts) == 2 and max(census.counts) <= 0  # those of other tests may go meanwhile


def test_in_heads(tmp_path: Path, quick: list[str]) -> None:
    paths = next(word for word in quick if word.startswith("tasks.paths="))
    census = Census()
    judged = api.heads(
        ["identity"],
        *quick,
        "tasks.names=[task-0]",
        "heads.kinds=[linear]",
        "heads.seeds=1",
        "heads.epochs=1",
        held_out=["tasks=folder", paths, "tasks.names=[task-2]"],
        watcher=census,
    )
    assert judged.complete
    assert len(census.counts) == 5  # to see what it is, to train, and to evaluate the three matrices
    assert max(census.counts) <= 0
