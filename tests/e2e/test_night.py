"""A short night with bad servers; scripts/prove_night.py spends a long one."""

import pytest

from scripts.prove_night import DIALECTS, spend_night


@pytest.mark.long
@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_generation_of_a_bad_night_has_its_answer(dialect: str) -> None:
    outcome = spend_night(dialect, 4, rate=0.5, silence_s=20)  # as slow as a busy machine may be
    assert outcome.wrong == []
    assert outcome.night.faults.total() > 0
