"""How a program responds in the constructed world: one function for each question."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from harness.programs.operations.world import (
    DOCUMENTS,
    FILLER,
    NEAR,
    QUERIES,
    Floats,
    World,
    near_to,
    own_direction,
    spare_direction,
    unrelated,
    worded,
)

Run = Callable[[World], Floats]
"""Scores of the program in a world, (asked, N)."""


def standing(scores: Floats) -> Floats:
    """Scores of each query in standard deviations from its mean; zeros for a constant row."""
    centred = scores - scores.mean(axis=1, keepdims=True)
    spread = centred.std(axis=1, keepdims=True)
    result: Floats = np.divide(centred, spread, out=np.zeros_like(centred), where=spread > 1e-12)
    return result


def _of(scores: Floats, document: Callable[[int], int]) -> Floats:
    return np.array([scores[query, document(query)] for query in range(QUERIES)])


def word_gains(run: Run, world: World) -> tuple[float, float]:
    """What sharing a word with the query is worth to an unrelated document: one it alone holds, one that all hold."""
    before = _of(standing(run(world)), unrelated)
    rare, common = world, world
    for query in range(QUERIES):
        rare = rare.with_words(query, [unrelated(query)], f"quokka{query}")
        common = common.with_words(query, [], FILLER[0])
    gains = [float(np.mean(_of(standing(run(other)), unrelated) - before)) for other in (rare, common)]
    return gains[0], gains[1]


PLACES = np.array([1, 2, 3, 4, 6, 9, 13, 18, 24, 32, 45, 60, 80], dtype=float)
"""Ranks to which a document is moved."""

CONSTANTS = np.concatenate(([0.0], np.geomspace(0.5, 200, 80)))
"""Values of k in 1 / (k + rank) that are tried."""


@dataclass(frozen=True)
class RankProfile:
    """How well functions of the rank explain the scores: R^2 of each."""

    k: float
    """The constant with which 1 / (k + rank) explains them best."""
    reciprocal: float
    linear: float
    other: float
    """The best of exp(-rank / t) and 1 / log2(1 + rank): other discounts, which are no reciprocal ranks."""


def moved_profile(run: Run, world: World) -> RankProfile:
    """The score of one document that is moved from rank to rank by its cosines, and whose words stay the same.

    What another ranking adds is the same wherever it stands, and so no part of the profile.
    """
    scores = [float(np.mean(_of(run(_moved(world, int(place))), unrelated))) for place in PLACES]
    return _profile(np.array(scores), PLACES)


def standing_profile(scores: Floats, world: World) -> RankProfile:
    """The scores of all documents as they stand: what another ranking adds is unexplained."""
    order = np.argsort(-world.cosines, axis=1)
    ranks = 1 + np.argsort(order, axis=1)
    kept = [(query, document) for query in range(QUERIES) for document in range(DOCUMENTS) if document != worded(query)]
    rows, columns = np.array(kept).T
    return _profile(scores[rows, columns], ranks[rows, columns].astype(float))


def _moved(world: World, place: int) -> World:
    """A world in which the unrelated document of each query has that rank."""
    cosines = world.cosines.copy()
    for query in range(QUERIES):
        others = np.sort(np.delete(world.cosines[query], unrelated(query)))[::-1]
        bounds = np.concatenate(([others[0] + 0.02], others))[place - 1 : place + 1]
        cosines[query, unrelated(query)] = bounds.mean()
    return world.with_cosines(cosines)


def _profile(scores: Floats, ranks: Floats) -> RankProfile:
    by_constant = [_explained(scores, 1 / (k + ranks)) for k in CONSTANTS]
    decays = [_explained(scores, np.exp(-ranks / t)) for t in np.geomspace(1, 100, 40)]
    best = int(np.argmax(by_constant))
    return RankProfile(
        k=float(CONSTANTS[best]),
        reciprocal=by_constant[best],
        linear=_explained(scores, -ranks),
        other=max(*decays, _explained(scores, 1 / np.log2(1 + ranks))),
    )


def pull_shapes(pulls: Floats, world: World) -> tuple[float, float, float]:
    """How well the cosine and its exponential, as of a softmax, explain pulls by rank: two R^2 and the best rate."""
    cosine = world.cosines[0, near_to(0, 1) : near_to(0, NEAR) + 1]
    used = np.abs(pulls) > 1e-3 * pulls[0]  # a program may look at the first few alone
    pulls, cosine = pulls[used], cosine[used]
    rates = np.geomspace(1, 60, 60)
    fits = [_explained(pulls, np.exp(rate * cosine)) for rate in rates]
    best = int(np.argmax(fits))
    return _explained(pulls, cosine), fits[best], float(rates[best])


TWINS = ((1, 2), (1, 3), (2, 4), (3, 6))
"""Ranks of two documents of which the later is made to resemble the earlier."""


def twin_gains(run: Run, world: World) -> tuple[Floats, Floats]:
    """What each of two near documents gains, in deviations, by their resemblance: the earlier and the later, (4,)."""
    before = standing(run(world))
    earlier: list[float] = []
    later: list[float] = []
    for first, second in TWINS:
        other = world
        for query in range(QUERIES):
            other = other.with_residual(near_to(query, second), (own_direction(near_to(query, first)), 2.0))
        gained = standing(run(other)) - before
        for rank, gains in ((first, earlier), (second, later)):
            gains.append(float(np.mean(_of(gained, partial(near_to, rank=rank)))))
    return np.array(earlier), np.array(later)


def _explained(profile: Floats, shape: Floats) -> float:
    if np.ptp(profile) < 1e-12:
        return 0.0
    return float(np.corrcoef(profile, shape)[0, 1] ** 2)


def distortion(run: Run, world: World, bend: Callable[[Floats], Floats]) -> float:
    """How far the scores move, in deviations, when every cosine goes through a rising function."""
    before, after = run(world), run(world.with_cosines(bend(world.cosines)))
    return float(np.abs(after - before).max() / max(float(before.std()), 1e-12))


def batch_dependence(run: Run, world: World) -> float:
    """How far the first two queries' scores move, in deviations, when the third is not asked."""
    whole, fewer = run(world)[:2], run(replace(world, asked=2))
    return float(np.abs(whole - fewer).max() / max(float(whole.std()), 1e-12))


def pulls(run: Run, world: World) -> Floats:
    """What an unrelated document gains, in deviations, by resembling the document at each rank; (NEAR,)."""
    before = _of(standing(run(world)), unrelated)
    gains = []
    for rank in range(1, NEAR + 1):
        other = world
        for query in range(QUERIES):
            other = other.with_residual(near_to(query, rank), (own_direction(unrelated(query)), 2.0))
        gains.append(float(np.mean(_of(standing(run(other)), unrelated) - before)))
    return np.array(gains)


def scatter_penalty(run: Run, world: World) -> float:
    """By how much spread among the first documents along a direction devalues it, in deviations.

    The first ten documents hold two directions equally on average; along one they all agree, along the other they
    differ. The mean over both signs of the difference cancels what an odd number of documents leaves of it.
    """
    return (_direction_gap(run, world, 0.9) + _direction_gap(run, world, -0.9)) / 2 - _direction_gap(run, world, 0.0)


def _direction_gap(run: Run, world: World, amplitude: float) -> float:
    """How much further a document along the quiet direction comes than one along the noisy one."""
    noisy, quiet, rest = spare_direction(0), spare_direction(1), spare_direction(2)
    for query in range(QUERIES):
        for rank in range(1, 11):
            along = 1 + (amplitude if rank % 2 else -amplitude)
            # The third direction keeps every length the same, so that the quiet share never changes.
            shares = (noisy, along), (quiet, 1.0), (rest, float(np.sqrt(4 - along**2)))
            world = world.with_residual(near_to(query, rank), *shares)
        world = world.with_residual(unrelated(query), (noisy, 2.0)).with_residual(unrelated(query, 1), (quiet, 2.0))
    scores = standing(run(world))
    return float(np.mean(_of(scores, lambda query: unrelated(query, 1)) - _of(scores, unrelated)))


@dataclass(frozen=True)
class PartGains:
    """What a document gains, in deviations, when one of its six sentences comes nearer to the query."""

    best: float
    """The best sentence, by 0.1."""
    poor: float
    """A poor sentence by as much, which leaves it poor."""
    matching: float
    """A poor sentence that becomes a good one, but not the best."""


def part_gains(run: Run, world: World) -> PartGains:
    """See `PartGains`; the document's own vector never changes."""
    start = world
    for query in range(QUERIES):
        for part in range(1, 6):
            start = start.with_part(query, unrelated(query), part, -0.1)
        start = start.with_part(query, unrelated(query), 0, 0.35)
        # Another query likes the document more, or standardising over the queries would have no room left.
        start = start.with_part((query + 1) % QUERIES, unrelated(query), 0, 0.45)

    def gain(part: int, cosine: float) -> float:
        other = start
        for query in range(QUERIES):
            other = other.with_part(query, unrelated(query), part, cosine)
        return float(np.mean(_of(standing(run(other)), unrelated) - before))

    before = _of(standing(run(start)), unrelated)
    return PartGains(best=gain(0, 0.45), poor=gain(5, 0.0), matching=gain(5, 0.2))
