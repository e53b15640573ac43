"""What was claimed, as questions that our own figures answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from harness.export.package import slug
from harness.reproduce.published import Published
from harness.transfer.analysis import Analysis, ProgramRow

SATURATION_COST = 4.0
FLAT = 0.01
"""A median delta this close to zero counts as flat."""


@dataclass(frozen=True)
class Claim:
    """One claim and whether it holds here."""

    text: str
    ours: str
    holds: bool | None
    """None where there are no figures to tell."""

    @property
    def answer(self) -> str:
        """Whether it holds, in words."""
        return {True: "holds", False: "does not hold", None: "cannot be told"}[self.holds]


def judge(
    published: Published, in_domain: Analysis, held_out: Analysis, heads: tuple[Analysis, Analysis]
) -> list[Claim]:
    """Answer each claim with the reference readings of the published programs; heads are (in-domain, held-out)."""
    costs = {slug(program.name): program.cost_ratio for program in published.compute}
    transfer = [slug(program.name) for program in published.transfer]
    inside, outside = rows_by_name(in_domain), rows_by_name(held_out)
    ladder = [inside[name] for name in costs if name in inside]
    return [
        _saturates(ladder, costs),
        _lexical_step(ladder),
        _flat([outside[name] for name in costs if name in outside]),
        _cheap([outside[name] for name in transfer if name in outside]),
        _heads(*heads),
    ]


def rows_by_name(analysis: Analysis) -> Mapping[str, ProgramRow]:
    """Rows by program name."""
    return {row.program: row for row in analysis.rows}


def _saturates(ladder: Sequence[ProgramRow], costs: Mapping[str, float]) -> Claim:
    """The two sides are told by published costs: what the same program costs depends on the sizes of the tasks."""
    text = f"In-domain gain grows with cost and saturates near c = {SATURATION_COST:.0f}"
    cheap = [row for row in ladder if costs[row.program] <= SATURATION_COST]
    costly = [row for row in ladder if costs[row.program] > SATURATION_COST]
    if not cheap or not costly or max(row.summary.mean for row in ladder) <= 0:
        return Claim(text, "no program on one side of that cost, or none that gains", None)
    best_cheap, best_costly = (max(side, key=lambda row: row.summary.mean) for side in (cheap, costly))
    rise = float(np.corrcoef([row.cost_ratio for row in ladder], [row.summary.mean for row in ladder])[0, 1])
    ours = (
        f"the best of {len(cheap)} programs published up to that cost has {best_cheap.summary.mean:+.4f} (here at c = "
        f"{best_cheap.cost_ratio:.2f}), of {len(costly)} beyond it {best_costly.summary.mean:+.4f}; "
        f"correlation of cost and gain {rise:+.2f}"
    )
    return Claim(text, ours, rise > 0 and best_cheap.summary.mean >= 0.9 * best_costly.summary.mean)


def _lexical_step(ladder: Sequence[ProgramRow]) -> Claim:
    text = "The lexical channel is the largest step of the ladder"
    steps = {after.program: after.summary.mean - before.summary.mean for before, after in pairwise(ladder)}
    if "lexical_hybrid_rrf" not in steps:
        return Claim(text, "the program was not run", None)
    largest = max(steps, key=lambda name: steps[name])
    ours = f"its step is {steps['lexical_hybrid_rrf']:+.4f}; the largest is {largest} with {steps[largest]:+.4f}"
    return Claim(text, ours, largest == "lexical_hybrid_rrf")


def _flat(rows: Sequence[ProgramRow]) -> Claim:
    text = "Compute programs have medians about zero on held-out cells"
    if not rows:
        return Claim(text, "none was run", None)
    medians = [row.summary.median for row in rows]
    ours = f"medians from {min(medians):+.4f} to {max(medians):+.4f} (n = {rows[0].summary.n} cells each)"
    return Claim(text, ours, all(abs(median) <= FLAT for median in medians))


def _cheap(rows: Sequence[ProgramRow]) -> Claim:
    text = "The transfer programs have positive medians on held-out cells"
    if not rows:
        return Claim(text, "none was run", None)
    medians = [row.summary.median for row in rows]
    ours = f"medians from {min(medians):+.4f} to {max(medians):+.4f} (n = {rows[0].summary.n} cells each)"
    return Claim(text, ours, all(median > 0 for median in medians))


def _heads(in_domain: Analysis, held_out: Analysis) -> Claim:
    text = "Learned heads win in-domain and lose held out"
    inside = [row.summary.mean for row in in_domain.rows if row.program.startswith("head ")]
    outside = [row.summary.mean for row in held_out.rows if row.program.startswith("head ")]
    if not inside or not outside:
        return Claim(text, "no head was trained", None)
    ours = (
        f"means of {len(inside)} heads from {min(inside):+.4f} to {max(inside):+.4f} in-domain, "
        f"from {min(outside):+.4f} to {max(outside):+.4f} held out"
    )
    return Claim(text, ours, min(inside) > 0 > max(outside))
