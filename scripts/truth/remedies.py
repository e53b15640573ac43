"""What do the remedies against the optimism of a search do: what gap is left, and what true gain?

    python scripts/bench_truth.py remedies

A simulated search of 144 programs. A program is a set of operations, each with a true effect and an accident on every
query: it touches one query in twenty, with a standard deviation of 0.3, so that a program of a dozen leaves about half
of the queries as they were. The same program always has the same result, as in a search. Effects differ from task to
task. In one world a third of the operations help, in the other whatever helps on one task hurts on others. 14 tasks of
43 queries are the size of the documentation suite. Truth is the gain on these tasks with queries without end.

Both authors start at the cosine. The one that reads figures estimates what every operation does from all results so far
(ridge regression), and changes the best-measured program where that promises most, or every other time by chance. The
one that hears a bit changes the last admitted program by chance, and repeats nothing. What a search hands in is the
program it admitted last.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product

import numpy as np
from numpy.typing import NDArray

from harness.evaluation.admission import compute_rule, noise_rule
from harness.evaluation.paired import paired_gain

Floats = NDArray[np.float64]
Genome = NDArray[np.bool_]
SEARCHES, PROGRAMS, SEED = 100, 144, 11
TASKS, QUERIES, UNSEEN = 14, 43, 13
OPERATIONS, TOUCHED, SPREAD = 24, 0.05, 0.3
APART = 0.005
"""How far an operation's effect on a task is from its mean over the tasks, as a standard deviation."""
WORLDS = {"a third of the operations help": (-0.002, 0.004), "no operation helps on the whole": (0.0, 0.0)}
"""Mean and standard deviation of what an operation truly gains."""
RIDGE, MOST_CHANGES = 1.0, 3


@dataclass(frozen=True)
class World:
    """What every operation does."""

    truth: Floats
    """Mean over the tasks, (OPERATIONS,)."""
    sampled: Floats
    """On every query at hand, (OPERATIONS, TASKS, QUERIES)."""


@dataclass
class Search:
    """One search as it goes; program 0 is the cosine."""

    searched: Floats
    """What operations do on the queries that it is measured on, (OPERATIONS, TASKS, fewer)."""
    beyond_noise: bool
    genomes: list[Genome] = field(default_factory=lambda: [np.zeros(OPERATIONS, dtype=bool)])
    deltas: list[float] = field(default_factory=lambda: [0.0])
    record: int = 0
    """Place of the program admitted last."""
    on_record: Floats | float = 0.0
    """What that program gains on every searched query."""

    def add(self, genome: Genome) -> None:
        """Measure a program and admit it or not, by the rules of a search."""
        per_query = np.tensordot(genome.astype(np.float64), self.searched, 1)
        delta, best = float(per_query.mean()), self.deltas[self.record]
        if self.beyond_noise:
            decision = noise_rule(delta, best, paired_gain(list(per_query - self.on_record)))
        else:
            decision = compute_rule(delta, max(self.deltas))
        self.genomes.append(genome)
        self.deltas.append(delta)
        if decision.admitted:
            self.record, self.on_record = len(self.deltas) - 1, per_query


@dataclass(frozen=True)
class Handed:
    """What is said of the program that a search hands in, and what it truly gains."""

    searched: float
    unseen: float
    truth: float


def report() -> Iterator[str]:
    """For each world a line for each combination of remedies: means over searches, some with their standard error."""
    yield f"{SEARCHES} searches of {PROGRAMS} programs in each line, {TASKS} tasks of {QUERIES} queries"
    for name, effects in WORLDS.items():
        worlds = [world(seed, *effects) for seed in range(SEARCHES)]
        yield name
        yield f"{'queries':>9} {'admission':>12} {'feedback':>8}  searched     true  searched - true   unseen"
        for unseen, beyond_noise, bit in product((0, UNSEEN), (False, True), (False, True)):
            handed = [search(one, seed, unseen, beyond_noise, bit) for seed, one in enumerate(worlds)]
            yield _line(handed, unseen, beyond_noise, bit)


def world(seed: int, mean: float, spread: float) -> World:
    """Operations drawn anew, the same ones for the same seed; their true effects have this mean and spread."""
    rng = np.random.default_rng((SEED, seed))
    truth = mean + spread * rng.standard_normal(OPERATIONS)
    apart = APART * rng.standard_normal((OPERATIONS, TASKS))
    effects = truth[:, None] + apart - apart.mean(axis=1, keepdims=True)
    shape = (OPERATIONS, TASKS, QUERIES)
    accidents = np.where(rng.random(shape) < TOUCHED, SPREAD * rng.standard_normal(shape), 0.0)
    return World(truth, effects[..., None] + accidents)


def search(world: World, seed: int, unseen: int, beyond_noise: bool, bit: bool) -> Handed:
    """Run one search, and look at what it hands in; the last `unseen` queries of each task are set aside."""
    rng = np.random.default_rng((SEED, seed, 1))
    run = Search(world.sampled[..., : QUERIES - unseen], beyond_noise)
    tried = {run.genomes[0].tobytes()}
    for number in range(PROGRAMS):
        chance = bit or number % 2 == 0
        parent = run.genomes[run.record if bit else int(np.argmax(run.deltas))]
        genome = _by_chance(parent, tried, rng) if chance else _by_figures(parent, run, tried, rng)
        tried.add(genome.tobytes())
        run.add(genome)
    last = run.genomes[run.record]
    told = world.sampled[last][..., QUERIES - unseen :].sum(axis=0).mean() if unseen else np.nan
    return Handed(run.deltas[run.record], float(told), float(world.truth[last].sum()))


def _by_chance(parent: Genome, tried: set[bytes], rng: np.random.Generator) -> Genome:
    """The parent with one to three operations put in or left out, tried by nobody."""
    while True:
        places = rng.choice(OPERATIONS, rng.integers(1, MOST_CHANGES + 1), replace=False)
        genome = parent.copy()
        genome[places] ^= True
        if genome.tobytes() not in tried:
            return genome


def _by_figures(parent: Genome, run: Search, tried: set[bytes], rng: np.random.Generator) -> Genome:
    """The untried change of the parent, of one to three operations, that the results so far promise most of."""
    seen = np.array(run.genomes, dtype=np.float64)
    estimates = np.linalg.solve(seen.T @ seen + RIDGE * np.eye(OPERATIONS), seen.T @ np.array(run.deltas))
    order = np.argsort(-np.where(parent, -estimates, estimates))
    genome = parent.copy()
    for place in order[:MOST_CHANGES]:
        genome[place] ^= True
        if genome.tobytes() not in tried:
            return genome
    return _by_chance(parent, tried, rng)


def _line(handed: list[Handed], unseen: int, beyond_noise: bool, bit: bool) -> str:
    searched, told, truth = (
        np.array([getattr(one, name) for one in handed]) for name in ("searched", "unseen", "truth")
    )
    queries = f"{QUERIES - unseen} + {unseen}" if unseen else str(QUERIES)
    admission, feedback = "beyond_noise" if beyond_noise else "record", "bit" if bit else "figures"
    aside = _mean(told) if unseen else ""
    return (
        f"{queries:>9} {admission:>12} {feedback:>8}   {searched.mean():+.4f}  {truth.mean():+.4f}  "
        f"{_mean(searched - truth)}  {aside}"
    ).rstrip()


def _mean(values: Floats) -> str:
    """With its standard error over searches."""
    return f"{values.mean():+.4f} ± {values.std(ddof=1) / np.sqrt(len(values)):.4f}"
