"""Whose turn it is: in the order of asking, each woken for its own turn, and all told of an end."""

import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor, wait

import pytest

from harness.errors import JobError
from harness.evaluation.cluster.conduct import Conduct
from harness.evaluation.cluster.seats import Seat, Station
from harness.evaluation.cluster.turns import Closed, Turns

MANY = 100


def seat_of(station: Station | None = None) -> Seat:
    return Seat(None, station or Station("node", 1, None, None, Conduct(), met=0.0))


def nothing() -> None:
    """There is always somebody."""


def waiting(turns: Turns, n: int) -> None:
    while turns.n_waiting < n:
        time.sleep(0.001)


def test_first_come_first_served_and_one_is_woken_for_a_turn() -> None:
    lock = threading.RLock()
    turns, order, woken = Turns(lock), [], []

    def work(at: int) -> None:
        seat = turns.take(lambda: woken.append(at))
        order.append(at)
        turns.give_back(seat)

    with ThreadPoolExecutor(MANY) as pool:
        for at in range(MANY):
            pool.submit(work, at)
            waiting(turns, at + 1)
        turns.add(seat_of())
    assert order == list(range(MANY))
    assert len(woken) < 5 * MANY  # each for its own turn, and the first every second


def test_where_nobody_is_left_all_that_wait_hear_of_it_at_once() -> None:
    turns, gone = Turns(threading.RLock()), threading.Event()

    def require() -> None:
        if gone.is_set():
            raise JobError("No node is left.")

    with ThreadPoolExecutor(MANY) as pool:
        runs = [pool.submit(turns.take, require) for _ in range(MANY)]
        waiting(turns, MANY)
        began = time.monotonic()
        gone.set()
        wait(runs)
        assert time.monotonic() - began < 30
    for run in runs:
        with pytest.raises(JobError):
            run.result()


def test_a_close_ends_every_wait() -> None:
    turns = Turns(threading.RLock())
    with ThreadPoolExecutor(MANY) as pool:
        runs: list[Future[Seat]] = [pool.submit(turns.take, nothing) for _ in range(MANY)]
        waiting(turns, MANY)
        turns.close()
    for run in runs:
        with pytest.raises(Closed):
            run.result()


def test_workers_of_a_lost_node_get_no_turn_and_its_runs_give_nothing_back() -> None:
    turns = Turns(threading.RLock())
    lost, stays = seat_of(), seat_of()
    turns.add(lost)
    busy = turns.take(nothing)
    turns.remove_all(busy.station)
    turns.give_back(busy)
    turns.add(stays)
    assert turns.take(nothing) is stays
    assert turns.n_busy == 1
