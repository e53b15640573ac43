"""Time left follows what each program has cost."""

import pytest

from harness.transfer.pace import Pace


def test_nothing_is_said_before_anything_was_measured() -> None:
    assert Pace([("p", "t", 100)], workers=1).left is None


def test_programs_keep_their_own_speed_and_new_ones_get_the_average() -> None:
    pace = Pace([("slow", "t1", 100), ("slow", "t2", 50), ("fast", "t1", 100), ("new", "t1", 30)], workers=2)
    pace.known("fast", 100, 1.0)
    pace.done("slow", "t1", 10.0)
    average = 11.0 / 200
    assert pace.left == pytest.approx((50 * 0.1 + 100 * 0.01 + 30 * average) / 2)


def test_when_all_is_done_nothing_is_left() -> None:
    pace = Pace([("p", "t", 100)], workers=2)
    pace.done("p", "t", 3.0)
    assert pace.left == 0
