"""Caps are never passed, whatever is in flight."""

import random
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.proposers.spending import Amount, CapReached, Spending
from harness.settings.caps import CapSettings


def test_calls_in_flight_count() -> None:
    spending = Spending(CapSettings(dollars=1.0))
    waited: list[Amount] = []

    def second() -> None:
        with spending.call(Amount(0.5, 10)) as settle:
            waited.append(spending.spent)
            settle(Amount(0.5, 10))

    other = threading.Thread(target=second)
    with spending.call(Amount(0.6, 10)) as settle:
        other.start()
        other.join(0.2)
        assert not waited, "it could pass the cap while the first is under way"
        with pytest.raises(CapReached, match=r"cap of \$1\.00 .* may take \$1\.1"), spending.call(Amount(1.1, 10)):
            pass
        settle(Amount(0.2, 5))
    other.join()
    assert waited == [Amount(0.2, 5)]
    assert spending.spent == Amount(0.7, 15)


def test_a_call_that_fails_spends_nothing() -> None:
    spending = Spending(CapSettings(tokens=100))
    with pytest.raises(OSError, match="gone"), spending.call(Amount(0, 100)):
        raise OSError("gone")
    with spending.call(Amount(0, 100)) as settle:
        settle(Amount(0, 100))
    with pytest.raises(CapReached, match="cap of 100 tokens"), spending.call(Amount(0, 1)):
        pass


def test_what_an_earlier_start_spent_counts() -> None:
    with pytest.raises(CapReached), Spending(CapSettings(dollars=1), Amount(0.9, 0)).call(Amount(0.2, 0)):
        pass


def test_programs_and_wall_time() -> None:
    now = [0.0]
    spending = Spending(CapSettings(programs=3, wall_s=25), clock=lambda: now[0])
    spending.before_program(0)
    with spending.program():
        now[0] = 10
    spending.before_program(1)
    with pytest.raises(CapReached, match="cap of 3 programs"):
        spending.before_program(3)
    now[0] = 16
    with pytest.raises(CapReached, match=r"16 s are spent, the longest took 10 s"):
        spending.before_program(2)


def test_programs_that_overlap_are_each_as_long_as_they_took() -> None:
    now = [0.0]
    spending = Spending(CapSettings(wall_s=25), clock=lambda: now[0])
    with spending.program():
        now[0] = 4
        with spending.program():
            now[0] = 12
        now[0] = 15
    with pytest.raises(CapReached, match=r"15 s are spent, the longest took 15 s"):
        spending.before_seed()


@given(st.floats(0.1, 5), st.integers(0, 1000))
def test_no_order_of_threads_passes_a_cap(cap: float, seed: int) -> None:
    spending = Spending(CapSettings(dollars=cap))

    def one(number: int) -> None:
        rng = random.Random(f"{seed}:{number}")
        most = rng.random()
        try:
            with spending.call(Amount(most, 1)) as settle:
                settle(Amount(most * rng.random(), 1))
        except CapReached:
            pass

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(one, range(20)))
    assert spending.spent.dollars <= cap
