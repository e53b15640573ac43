"""Whatever is in flight, program n is briefed on the first n - k programs, and programs are taken in order."""

import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.errors import JobError
from harness.proposers.protocol import Briefing, Proposal
from harness.search.pipeline import Pipeline

SEEDS = 3


class Slow:
    """A proposer that takes a random while and notes what it was told."""

    name = "slow"

    def __init__(self, seed: int, fails_at: int | None = None) -> None:
        self.known: dict[int, int] = {}
        self._rng = random.Random(seed)
        self._fails_at = fails_at

    def propose(self, briefing: Briefing) -> Proposal:
        time.sleep(self._rng.random() / 500)
        self.known[briefing.number] = briefing.seed
        if briefing.number == self._fails_at:
            raise JobError("gone")
        return Proposal(source="", name=str(briefing.number))


def briefing(number: int, known: int) -> Briefing:
    """A briefing that remembers in `seed` how many programs it was made from."""
    return Briefing("run", known, number, "compute", (), (), ())


def search(proposer: Slow, in_flight: int, last: int, recorded_before: int) -> list[str]:
    """The loop's use of a pipeline, resumed after `recorded_before` programs."""
    pipeline = Pipeline(proposer, in_flight, seeds=SEEDS, last=last)
    names = []
    try:
        for known in range(last + 1):
            for number in pipeline.due(known):
                if number > recorded_before:
                    pipeline.start(number, briefing(number, known))
            if max(known, recorded_before) == known and SEEDS <= known < last:
                names.append(pipeline.take(known + 1).name)
    finally:
        pipeline.close()
    return names


@settings(deadline=None, max_examples=40)
@given(st.integers(1, 5), st.integers(SEEDS, 14), st.integers(0, 14), st.integers(0, 99))
def test_briefings_do_not_depend_on_what_happens_when(in_flight: int, last: int, before: int, seed: int) -> None:
    before = min(before, last)
    proposer = Slow(seed)
    names = search(proposer, in_flight, last, before)
    expected = range(max(before, SEEDS) + 1, last + 1)
    assert names == [str(number) for number in expected]
    assert proposer.known == {number: max(SEEDS, number - in_flight) for number in expected}


@pytest.mark.parametrize("in_flight", [1, 3])
def test_a_failure_comes_at_its_program(in_flight: int) -> None:
    proposer = Slow(0, fails_at=6)
    with pytest.raises(JobError, match="gone"):
        search(proposer, in_flight, last=9, recorded_before=0)
    assert {4, 5, 6} <= set(proposer.known)
