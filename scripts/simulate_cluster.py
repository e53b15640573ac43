"""What a cluster would do that is not at hand: a discrete-event simulation with service times that were measured.

    .venv/bin/python scripts/simulate_cluster.py [--cell-s 1.5 --driver-s 0.01 --asks 20 --encode-s 0.02 ...]

Every worker has always a cell to run. A cell computes, and in between asks an encoder for texts, which answers one
request at a time. The driver scores every cell and handles every request on one thread at a time, as Python does. Times
are exponential about their means.
"""

import argparse
import random
from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import simpy

from harness.text import counted

Steps = Generator[simpy.Event, Any, Any]

WORKERS = (1, 2, 4, 8, 16, 32, 64, 128, 256)
ENCODERS = (1, 4, 16, 32)


@dataclass(frozen=True)
class Times:
    """Means of what one cell takes, in seconds."""

    cell_s: float
    """Processor time of the program."""
    driver_s: float
    """Time of the driver: to hand out, score and record the cell."""
    asks: float = 0.0
    """Requests for texts."""
    ask_driver_s: float = 0.001
    """Time of the driver for each request."""
    encode_s: float = 0.0
    """Time of an encoder for each request."""
    cells: int = 12
    """Cells of a program, its audits included."""


@dataclass(frozen=True)
class Predicted:
    """What a cluster of one size does."""

    workers: int
    encoders: int
    programs_per_hour: float
    driver: float
    """Share of the time that the driver is busy."""
    encoding: float
    """Share of the time that the encoders are."""


def predict(times: Times, workers: int, encoders: int, *, cells: int = 600, seed: int = 0) -> Predicted:
    """Let a simulated cluster run until so many cells are done, after a start that does not count."""
    environment = simpy.Environment()
    cluster = _Cluster(environment, times, workers, encoders, random.Random(seed))
    for _ in range(workers):
        environment.process(cluster.work())
    environment.run(until=2 * cluster.alone_s)
    cluster.forget()
    began = environment.now
    while cluster.done < cells:
        environment.step()
    took = environment.now - began
    return Predicted(
        workers,
        encoders,
        3600 * cluster.done / times.cells / took,
        cluster.driver_busy / took,
        cluster.encoders_busy / (encoders * took),
    )


class _Cluster:
    def __init__(self, environment: Any, times: Times, workers: int, encoders: int, rng: random.Random) -> None:
        self._environment, self._times, self._rng = environment, times, rng
        self._encoders = simpy.Resource(environment, encoders)
        self._driver = simpy.Resource(environment, 1)
        self.alone_s = times.cell_s + times.driver_s + times.asks * (times.ask_driver_s + times.encode_s)
        """What a cell takes where nobody else is."""
        self.forget()

    def forget(self) -> None:
        """Count from now on."""
        self.done, self.driver_busy, self.encoders_busy = 0, 0.0, 0.0

    def work(self) -> Steps:
        """A worker: one cell after another, as there are always programs to try."""
        while True:
            yield from self._cell()
            self.done += 1

    def _cell(self) -> Steps:
        times = self._times
        asks = int(times.asks) + (self._rng.random() < times.asks % 1)
        for _ in range(asks):
            yield self._environment.timeout(self._drawn(times.cell_s / (asks + 1)))
            yield from self._drive(times.ask_driver_s)
            with self._encoders.request() as turn:
                yield turn
                took = self._drawn(times.encode_s)
                self.encoders_busy += took
                yield self._environment.timeout(took)
        yield self._environment.timeout(self._drawn(times.cell_s / (asks + 1)))
        yield from self._drive(times.driver_s)

    def _drive(self, seconds: float) -> Steps:
        with self._driver.request() as turn:
            yield turn
            took = self._drawn(seconds)
            self.driver_busy += took
            yield self._environment.timeout(took)

    def _drawn(self, mean: float) -> float:
        return self._rng.expovariate(1 / mean) if mean else 0.0


def table(times: Times, workers: Sequence[int] = WORKERS, encoders: Sequence[int] = ENCODERS) -> list[str]:
    """Programs an hour, by workers and encoders; with each, what is busy more than nine tenths of the time."""
    lines = [
        "| workers | " + " | ".join(f"{counted(n, 'encoder')}" for n in encoders) + " |",
        "|--:" * (len(encoders) + 1) + "|",
    ]
    for n_workers in workers:
        row = [predict(times, n_workers, n_encoders) for n_encoders in encoders]
        lines.append(f"| {n_workers} | " + " | ".join(map(_cell_of, row)) + " |")
    return lines


def _cell_of(one: Predicted) -> str:
    full = "driver" if one.driver > 0.9 else "encoders" if one.encoding > 0.9 else ""
    return f"{one.programs_per_hour:,.0f}{f' ({full})' if full else ''}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    default = Times(cell_s=1.0, driver_s=0.01)
    for name, value in vars(default).items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=type(value), default=value)
    times = replace(default, **vars(parser.parse_args()))
    print("\n".join(table(times)))


if __name__ == "__main__":
    main()
