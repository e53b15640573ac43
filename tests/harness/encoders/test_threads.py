import pytest

from harness.encoders.threads import CpuClock, FreeCores, free_cores, read_clock
from harness.machine.cores import available_cores


@pytest.mark.parametrize(
    ("idle", "own", "allowed", "expected"),
    [
        (20.0, 0.0, 2, 2),  # nobody works
        (10.0, 10.0, 2, 2),  # only we work
        (0.0, 10.0, 2, 1),  # somebody else has the other core
        (0.0, 0.0, 2, 1),  # others have everything
        (8.0, 10.0, 2, 2),  # a little of other people's work
        (5.0, 10.0, 2, 1),
        (70.0, 10.0, 4, 4),  # never more than allowed
    ],
)
def test_free_cores_are_idle_ones_and_our_own(idle: float, own: float, allowed: int, expected: int) -> None:
    before, after = CpuClock(100.0, 1000.0, 5.0), CpuClock(110.0, 1000.0 + idle, 5.0 + own)
    assert free_cores(before, after, allowed) == expected


def test_without_idle_times_the_load_decides() -> None:
    assert 1 <= free_cores(CpuClock(0, None, 0), CpuClock(1, None, 0), 64) <= 64


def test_the_real_clocks_move_forward() -> None:
    before, after = read_clock(), read_clock()
    assert after.wall >= before.wall and after.own >= before.own
    assert 1 <= FreeCores().look() <= available_cores()
