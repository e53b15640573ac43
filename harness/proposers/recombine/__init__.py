"""A proposer without a language model: seeded mutation and crossover of what earlier programs combine.

It is the control of the experiment: what does a language model add over blind recombination at equal budget?
Nothing is kept between proposals, so a resumed run goes on as the unbroken one would.
"""

import random
from dataclasses import dataclass

from harness.errors import JobError
from harness.programs.inline import inline_primitives
from harness.programs.view import LedgerRow, ProgramView
from harness.proposers.protocol import Briefing, Proposal
from harness.proposers.recombine.genome import Genome, Space, cross, fresh, mutate
from harness.proposers.recombine.lesson import lesson
from harness.proposers.recombine.naming import name_of, read
from harness.proposers.recombine.source import describe, genome_of, render
from primitives import programs

SEED_GENOMES = {
    "identity": Genome(("cosine",), "alone"),
    "soft_centroid": Genome(("cosine",), "alone", "centroid", 1, "replaced"),
    "first_sentence": Genome(("cosine",), "alone", "sentence", 1, "replaced"),
}
"""What the hand-written seeds are as genomes."""

MOST_DRAWS = 2000


@dataclass(frozen=True)
class _Draw:
    genome: Genome
    mode: str
    parents: tuple[ProgramView, ...]


class Recombine:
    """Composes channels, fusions and feedback of a space into program source."""

    name = "recombine"

    def __init__(self, space: Space | None = None) -> None:
        self._space = space or Space()

    def propose(self, briefing: Briefing) -> Proposal:
        """Answer a briefing; equal seed, number, parents, ledger and space give an equal program.

        Raises JobError when every genome it can reach has been tried.
        """
        chance = random.Random(f"recombine:{briefing.seed}:{briefing.number}")
        tried = set(SEED_GENOMES.values()) | {genome for row in briefing.ledger if (genome := _of_row(row))}
        for _ in range(MOST_DRAWS):
            draw = _draw(briefing, self._space, chance)
            if draw.genome not in tried:
                return _proposal(draw, briefing)
        raise JobError(
            f"Recombination found no untried program in {MOST_DRAWS} draws; end the run or choose another proposer."
        )


def _of_row(row: LedgerRow) -> Genome | None:
    return read(row.name) or SEED_GENOMES.get(row.name)


def _of_view(view: ProgramView) -> Genome | None:
    """The genome a program was written from; None for a program of another author."""
    genome = genome_of(view.source)
    if genome is None and view.name in SEED_GENOMES and view.source == programs.source(view.name):
        return SEED_GENOMES[view.name]
    return genome


def _draw(briefing: Briefing, space: Space, chance: random.Random) -> _Draw:
    """One genome: mutation in half of the draws, crossover in a third, otherwise drawn afresh.

    The first parent is the policy's choice or, every other time, any program of the frontier. What lies outside the
    space is no parent, so that its genes are not handed on.
    """
    views = (*briefing.parents, *briefing.frontier)
    known = [(view, genome) for view in views if (genome := _of_view(view)) and space.holds(genome)]
    mode = chance.choice(("mutation", "mutation", "mutation", "crossover", "crossover", "full"))
    if not known or mode == "full":
        return _Draw(fresh(chance, space), "full", ())
    first, genome = known[0] if chance.random() < 0.5 else chance.choice(known)
    others = [(view, other) for view, other in known if other != genome]
    if mode == "crossover" and others:
        second, other = chance.choice(others)
        return _Draw(cross(genome, other, chance, space), "crossover", (first, second))
    mutant = mutate(genome, chance, space)
    while chance.random() < 0.5:
        mutant = mutate(mutant, chance, space)
    return _Draw(mutant, "mutation", (first,))


def _proposal(draw: _Draw, briefing: Briefing) -> Proposal:
    source = render(draw.genome)
    return Proposal(
        source=source if briefing.allow_primitives else inline_primitives(source),
        name=name_of(draw.genome),
        parents=tuple(parent.id for parent in draw.parents),
        novelty_claim=_claim(draw),
        expected_effect=_expectation(draw),
        lesson=lesson(briefing.ledger),
        mode=draw.mode,
    )


def _claim(draw: _Draw) -> str:
    what = describe(draw.genome)
    if draw.mode == "crossover":
        return f"{what} Crosses {draw.parents[0].name} with {draw.parents[1].name}."
    if draw.mode == "mutation":
        return f"{what} A change of {draw.parents[0].name}."
    return f"{what} Drawn without a parent."


def _expectation(draw: _Draw) -> str:
    """Blind recombination has no theory; it says so, and names the figure to beat."""
    rated = [parent for parent in draw.parents if parent.mean_delta is not None]
    if not rated:
        return "Unknown: drawn blindly."
    best = max(rated, key=lambda parent: parent.mean_delta or 0.0)
    return f"Unknown: drawn blindly; to be useful it must beat {best.name} at {best.mean_delta:+.4f}."
