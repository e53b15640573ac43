"""How far runs had come after so many programs, and after so many dollars."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from archive import CallRecord, Program, Run


@dataclass(frozen=True)
class Entry:
    """A run with what its comparison is made of; costs of its programs are on the axis that is shown."""

    run: Run
    programs: Sequence[Program]
    calls: Sequence[CallRecord]
    """Those beside its programs."""


@dataclass(frozen=True)
class Curve:
    """A run after each of its programs, in their order."""

    best: tuple[float | None, ...]
    """The best worth so far; None before any result."""
    best_place: tuple[int | None, ...]
    """Which program has it, by its place in the list."""
    dollars: tuple[float, ...]
    """US dollars spent on models so far. A call without a known price counts as the caps count it."""

    @property
    def spent(self) -> float:
        """US dollars of the whole run."""
        return self.dollars[-1] if self.dollars else 0.0

    def at_dollars(self, dollars: float) -> float | None:
        """The best worth when no more than this was spent; None before any result."""
        place = bisect_right(self.dollars, dollars + 1e-9)
        return self.best[place - 1] if place else None


def curve_of(programs: Sequence[Program], calls: Sequence[CallRecord]) -> Curve:
    """The curve of a run's programs, in the order of their numbers; `calls` are those beside programs."""
    best: list[float | None] = []
    places: list[int | None] = []
    for place, program in enumerate(programs):
        worth, so_far = _worth(program), best[-1] if best else None
        better = worth is not None and (so_far is None or worth > so_far)
        best.append(worth if better else so_far)
        places.append(place if better else (places[-1] if places else None))
    beside = _beside(programs, calls)
    spent = [sum(call.cost_usd or 0.0 for call in program.record.usage) for program in programs]
    dollars = tuple(accumulate(own + other for own, other in zip(spent, beside, strict=True)))
    return Curve(tuple(best), tuple(places), dollars)


def _worth(program: Program) -> float | None:
    record = program.record
    return record.worth if record.verdict == "ok" and record.status != "rejected" else None


def _beside(programs: Sequence[Program], calls: Sequence[CallRecord]) -> list[float]:
    """Dollars of calls that are no program's usage, at the program they were for; later ones at the last."""
    spent = [0.0] * len(programs)
    for call in calls if programs else ():
        place = min(bisect_right([program.number for program in programs], call.number - 1), len(programs) - 1)
        spent[place] += call.charged_usd if call.usage.cost_usd is None else call.usage.cost_usd
    return spent


@dataclass(frozen=True)
class Band:
    """Several curves at one place: their mean, and the least and the greatest."""

    at: float
    mean: float
    low: float
    high: float


def by_programs(curves: Sequence[Curve]) -> list[Band]:
    """Bands over curves after each number of programs that all of them have."""
    shortest = min(len(curve.best) for curve in curves)
    return _bands([(float(n + 1), [curve.best[n] for curve in curves]) for n in range(shortest)])


def by_dollars(curves: Sequence[Curve]) -> list[Band]:
    """Bands over curves at every sum that one of them had spent, up to the least that one spent in all."""
    least = min(curve.spent for curve in curves)
    sums = sorted({round(dollars, 6) for curve in curves for dollars in curve.dollars if dollars <= least} | {least})
    return _bands([(dollars, [curve.at_dollars(dollars) for curve in curves]) for dollars in sums])


def _bands(rows: Sequence[tuple[float, Sequence[float | None]]]) -> list[Band]:
    whole = [(at, [value for value in values if value is not None]) for at, values in rows if None not in values]
    return [Band(at, sum(values) / len(values), min(values), max(values)) for at, values in whole]
