"""A gain and its standard error: over tasks where there are enough, else over their queries."""

import numpy as np
import pytest

from harness.evaluation.admission import noise_rule
from harness.evaluation.paired import PairedGain, paired_gain


def test_over_six_tasks_each_task_is_one_value() -> None:
    means = np.array([0.1, 0.3, -0.2, 0.0, 0.4, 0.2])
    found = paired_gain([np.full(3 + place, mean, dtype=np.float32) for place, mean in enumerate(means)])
    assert found.gain == pytest.approx(means.mean(), abs=1e-7)
    assert found.error == pytest.approx(means.std(ddof=1) / 6**0.5, abs=1e-7)
    assert found.sample == "6 tasks"


def test_over_fewer_tasks_the_error_is_that_of_their_queries() -> None:
    rng = np.random.default_rng(0)
    sizes, draws = (10, 40), 20_000
    samples = [rng.normal(0.1, 0.3, (draws, size)) for size in sizes]
    found = [paired_gain([each[place] for each in samples]) for place in range(2000)]
    spread = np.mean([each.mean(axis=1) for each in samples], axis=0).std()  # what the error estimates
    assert np.mean([(one.error or 0.0) ** 2 for one in found]) == pytest.approx(spread**2, rel=0.05)
    assert found[0].sample == "50 queries of 2 tasks"


@pytest.mark.parametrize("sizes", [(19,), (40, 1)])
def test_too_few_queries_have_no_error_and_set_no_record(sizes: tuple[int, ...]) -> None:
    found = paired_gain([np.linspace(0.1, 0.3, size) for size in sizes])
    assert found.error is None and found.gain > 0
    decision = noise_rule(0.2, 0.0, found)
    assert not decision.admitted and decision.reason.endswith("are too few to tell from noise.")


@pytest.mark.parametrize(
    ("gain", "admitted", "says"),
    [
        (0.03, True, "by 0.0300, more than one standard error of the difference, 0.0200 over 14 tasks."),
        (0.02, False, "by 0.0200, which is within one standard error of the difference, 0.0200 over 14 tasks."),
        (0.0, False, "does not beat the record, +0.1000."),
    ],
)
def test_a_record_takes_more_than_one_standard_error(gain: float, admitted: bool, says: str) -> None:
    decision = noise_rule(0.1 + gain, 0.1, PairedGain(gain, 0.02, "14 tasks"))
    assert decision.admitted == admitted and decision.reason.endswith(says)
