"""What was claimed, as questions that our own figures answer."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from harness.export.package import slug
from harness.reproduce.lexical import correlation, halve
from harness.reproduce.published import Published
from harness.text import counted
from harness.transfer.analysis import Analysis, ProgramRow
from harness.transfer.intervals import Interval

SATURATION_COST = 4.0
FLAT = 0.01
"""A median delta this close to zero counts as flat."""
LEXICAL = "lexical_hybrid_rrf"
"""Where the published ladder takes BM25 in."""


@dataclass(frozen=True)
class Claim:
    """One claim and whether it holds here."""

    text: str
    ours: str
    holds: bool | None
    """None where the figures cannot tell: there are none, or their intervals reach to both sides."""

    @property
    def answer(self) -> str:
        """Whether it holds, in words."""
        return {True: "holds", False: "does not hold", None: "cannot be told"}[self.holds]


def judge(
    published: Published, in_domain: Analysis, held_out: Analysis, heads: tuple[Analysis, Analysis]
) -> list[Claim]:
    """Answer each claim with the reference readings of the published programs; heads are (in-domain, held-out).

    What is claimed of other tasks holds, or does not, only where 95 % intervals over tasks say so.
    """
    costs = {slug(program.name): program.cost_ratio for program in published.compute}
    transfer = [slug(program.name) for program in published.transfer]
    inside, outside = rows_by_name(in_domain), rows_by_name(held_out)
    ladder = [inside[name] for name in costs if name in inside]
    return [
        _saturates(ladder, costs),
        _lexical_step(ladder, [outside[name] for name in costs if name in outside]),
        _flat([outside[name] for name in costs if name in outside]),
        _cheap([outside[name] for name in transfer if name in outside]),
        _heads(*heads),
    ]


def rows_by_name(analysis: Analysis) -> Mapping[str, ProgramRow]:
    """Rows by program name."""
    return {row.program: row for row in analysis.rows}


def _saturates(ladder: Sequence[ProgramRow], costs: Mapping[str, float]) -> Claim:
    """The two sides are told by published costs: what the same program costs depends on the sizes of the tasks.

    Gain grows with cost only where it does so among the programs without BM25 and among those with it.
    """
    text = f"In-domain gain grows with cost and saturates near c = {SATURATION_COST:.0f}"
    cheap = [row for row in ladder if costs[row.program] <= SATURATION_COST]
    costly = [row for row in ladder if costs[row.program] > SATURATION_COST]
    if not cheap or not costly or max(row.summary.mean for row in ladder) <= 0:
        return Claim(text, "no program on one side of that cost, or none that gains", None)
    best_cheap, best_costly = (max(side, key=lambda row: row.summary.mean) for side in (cheap, costly))
    halves = halve(ladder).by_name
    rises = {f"among the {len(rows)} {name}": correlation(rows) for name, rows in halves.items()}
    told = [
        f"{rise:+.2f} {where}" for where, rise in {"over all": correlation(ladder), **rises}.items() if rise is not None
    ]
    ours = (
        f"the best of {counted(len(cheap), 'program')} published up to that cost has {best_cheap.summary.mean:+.4f} "
        f"(here at c = {best_cheap.cost_ratio:.2f}), of {len(costly)} beyond it {best_costly.summary.mean:+.4f}; "
        f"correlation of cost and gain {', '.join(told)}"
    )
    grows = all(rise is None or rise > 0 for rise in rises.values())
    return Claim(text, ours, grows and best_cheap.summary.mean >= 0.9 * best_costly.summary.mean)


def _lexical_step(ladder: Sequence[ProgramRow], held_out: Sequence[ProgramRow]) -> Claim:
    text = "The lexical channel is the largest step of the ladder"
    steps, elsewhere = _steps(ladder), _steps(held_out)
    if LEXICAL not in steps:
        return Claim(text, "the program was not run", None)
    largest = max(steps, key=lambda name: steps[name])
    ours = f"its step is {steps[LEXICAL]:+.4f}; the largest is {largest} with {steps[largest]:+.4f}"
    if LEXICAL in elsewhere:
        ours += f"; held out its step is {elsewhere[LEXICAL]:+.4f}"
    return Claim(text, ours, largest == LEXICAL)


def _steps(ladder: Sequence[ProgramRow]) -> dict[str, float]:
    """What each program's mean delta is above that of the one before it."""
    return {after.program: after.summary.mean - before.summary.mean for before, after in pairwise(ladder)}


def _flat(rows: Sequence[ProgramRow]) -> Claim:
    text = f"Compute programs have medians within {FLAT} of zero on held-out cells"
    found = [row.median_interval for row in rows]
    return Claim(text, _medians(rows), _within(found, -FLAT, FLAT))


def _cheap(rows: Sequence[ProgramRow]) -> Claim:
    text = "The transfer programs have positive medians on held-out cells"
    return Claim(text, _medians(rows), _within([row.median_interval for row in rows], 0, math.inf))


def _medians(rows: Sequence[ProgramRow]) -> str:
    if not rows:
        return "none was run"
    medians = [row.summary.median for row in rows]
    ours = f"medians from {min(medians):+.4f} to {max(medians):+.4f} ({counted(rows[0].summary.n, 'cell')} each)"
    found = [row.median_interval for row in rows if row.median_interval]
    if not found:
        return f"{ours}, too few tasks for intervals"
    widest = max(found, key=lambda interval: interval.high - interval.low)
    above, below = sum(one.low > 0 for one in found), sum(one.high < 0 for one in found)
    return (
        f"{ours}; of {counted(len(found), 'interval')} {above} lie above zero, {below} below, and the widest is "
        f"[{widest.low:+.3f}, {widest.high:+.3f}]"
    )


def _heads(in_domain: Analysis, held_out: Analysis) -> Claim:
    text = "Learned heads win in-domain and lose held out"
    inside, outside = ([row for row in part.rows if row.program.startswith("head ")] for part in (in_domain, held_out))
    if not inside or not outside:
        return Claim(text, "no head was trained", None)
    wins, loses = _within(_intervals(inside), 0, math.inf), _within(_intervals(outside), -math.inf, 0)
    ours = f"in-domain {_means(inside, 'above')}; held out {_means(outside, 'below')}"
    return Claim(text, ours, False if False in (wins, loses) else None if None in (wins, loses) else True)


def _means(rows: Sequence[ProgramRow], side: str) -> str:
    means = [row.summary.mean for row in rows]
    found = [interval for row in rows if (interval := row.mean_interval)]
    there = sum(one.low > 0 if side == "above" else one.high < 0 for one in found)
    told = f"{there} with an interval {side} zero" if found else "too few tasks for intervals"
    return f"means of {len(rows)} from {min(means):+.4f} to {max(means):+.4f}, {told}"


def _intervals(rows: Sequence[ProgramRow]) -> list[Interval | None]:
    return [row.mean_interval for row in rows]


def _within(found: Sequence[Interval | None], low: float, high: float) -> bool | None:
    """Whether all intervals lie within bounds; False where one lies wholly outside, None where neither is so."""
    known = [interval for interval in found if interval is not None]
    if any(interval.low > high or interval.high < low for interval in known):
        return False
    if len(known) < len(found) or not found:
        return None
    return True if all(low <= interval.low and interval.high <= high for interval in known) else None
