"""From responses in the constructed world to findings.

Each threshold lies in the gap between the reference programs that have the operation and those that have not; the
tests calibrate them on bare numpy code.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from harness.programs.operations import Finding, responses
from harness.programs.operations.world import NEAR, Floats, World, neutral_world

NOTICEABLE = 0.06
"""A response, in standard deviations of a query's scores, that counts as one."""


@dataclass(frozen=True)
class Request:
    """One request for embeddings that a program made."""

    texts: tuple[str, ...]
    role: str


@dataclass(frozen=True)
class Observation:
    """What a program did in one world."""

    scores: Floats
    requests: tuple[Request, ...]


Observe = Callable[[World], Observation]


def behaviours(observe: Observe) -> list[Finding]:
    """All findings from some seventy runs in variations of the neutral world; what `observe` raises passes through."""
    world = neutral_world()
    first = observe(world)

    def run(other: World) -> Floats:
        return observe(other).scores

    words, pulls = _from_words(responses.word_gains(run, world)), responses.pulls(run, world)
    feedback = _from_pulls(pulls, world)
    return [
        *_from_requests(first.requests, world),
        *words,
        *_from_ranks(run, first, world, alone=not (words or feedback)),
        *feedback,
        *_from_twins(responses.twin_gains(run, world)),
        *(_from_scatter(responses.scatter_penalty(run, world)) if feedback else []),
        *_from_parts(responses.part_gains(run, world)),
        *_from_batch(responses.batch_dependence(run, world)),
    ]


def _found(operation: str, evidence: str, confidence: float = 1.0) -> list[Finding]:
    return [Finding(operation, evidence, "behaviour", round(confidence, 2))]


def _sure(value: float, least: float, plenty: float) -> float:
    """Confidence in a response: a half at the least that counts, 1 from `plenty` on, even in between."""
    return 0.5 + 0.5 * float(np.clip((value - least) / (plenty - least), 0, 1))


def _from_requests(requests: Sequence[Request], world: World) -> list[Finding]:
    documents, queries = set(world.d_texts), set(world.q_texts)
    swapped = sum(text in documents for request in requests if request.role == "query" for text in request.texts)
    swapped += sum(text in queries for request in requests if request.role == "document" for text in request.texts)
    joined = sum("Query" in text and "Part" in text for request in requests for text in request.texts)
    findings = []
    if swapped:
        findings += _found("second prompt role", f"Encodes {swapped} texts in the role of the other side.")
    if joined:
        findings += _found("query in context", f"Encodes {joined} texts that join a query and part of a document.")
    return findings


def _from_words(gains: tuple[float, float]) -> list[Finding]:
    rare, common = gains
    if rare < 0.2 or common > 0.5 * rare:
        return []
    evidence = (
        f"A word shared with the query lifts a document by {rare:+.2f}, one that all documents hold by {common:+.2f}."
    )
    return _found("lexical match", evidence, _sure(rare, 0.2, 1.0))


def _from_ranks(run: responses.Run, first: Observation, world: World, *, alone: bool) -> list[Finding]:
    """Findings from how scores follow the rank; `alone` says that no words or feedback move them beside it."""
    moved = responses.moved_profile(run, world)
    # A slow exponential is hardly another curve than 1 / (60 + rank), which is what people write.
    lead = moved.reciprocal - max(moved.linear, moved.other)
    if moved.reciprocal > 0.998 and lead > -5e-4:
        whole = responses.standing_profile(first.scores, world).reciprocal
        single = alone and not first.requests and whole > 0.999
        other = "and nothing else moves them" if single else f"and something else moves them (R² {whole:.4f} of all)"
        return _found(
            "reciprocal rank" if single else "reciprocal rank fusion",
            f"A document's score follows 1 / ({moved.k:.0f} + rank), R² {moved.reciprocal:.4f}, {other}.",
            min(_sure(moved.reciprocal, 0.998, 0.9999), _sure(lead, -5e-4, 0)),
        )
    if moved.linear > 0.999:
        evidence = f"A document's score falls evenly with its rank, R² {moved.linear:.4f}."
        return _found("Borda count", evidence, _sure(moved.linear, 0.999, 0.9999))
    shifted = responses.distortion(run, world, lambda cosines: 0.6 * cosines + 0.05)
    bent = responses.distortion(run, world, lambda cosines: cosines**2 / 0.45)
    if shifted < 1e-4 and bent > 1e-2:
        evidence = f"Scaling and shifting all cosines moves the scores by {shifted:.0e}, bending them by {bent:.2f}."
        return _found("score normalisation", evidence, _sure(bent, 1e-2, 1e-1))
    return []


def _from_pulls(pulls: NDArray[np.float64], world: World) -> list[Finding]:
    if pulls[0] < NOTICEABLE:
        return []
    steps = np.abs(np.diff(pulls))
    if steps.max() < 0.3 * np.ptp(pulls) or (steps.max() < 0.05 and pulls.min() > NOTICEABLE):
        return _from_even_pulls(pulls, world)
    towards, away = np.flatnonzero(pulls > 0.25 * pulls[0]) + 1, np.flatnonzero(pulls < -NOTICEABLE) + 1
    if len(towards) > NEAR // 2:
        return []
    findings = _found(
        "pseudo-relevance feedback",
        f"Resembling a document at {_ranks(towards)} lifts a document by {pulls[towards - 1].mean():+.2f}, "
        f"at another rank by {np.delete(pulls, towards - 1).mean():+.2f}.",
        _sure(pulls[0], NOTICEABLE, 0.3),
    )
    if len(away):
        evidence = f"Resembling a document at {_ranks(away)} sinks a document by {pulls[away - 1].mean():+.2f}."
        findings += _found("negative feedback", evidence, _sure(-pulls.min(), NOTICEABLE, 0.3))
    return findings


def _from_even_pulls(pulls: NDArray[np.float64], world: World) -> list[Finding]:
    """Pulls that fall with the rank: as the cosine falls where neighbours are added, faster where a softmax weighs."""
    linear, exponential, rate = responses.pull_shapes(pulls, world)
    falling = f"by {pulls[0]:+.2f} at rank 1 falling to {pulls[-1]:+.2f} at rank {NEAR}"
    if linear > exponential - 0.005:
        evidence = f"Resembling any document changes a document, {falling}, as its cosine does (R² {linear:.4f})."
        return _found("neighbour smoothing", evidence, _sure(linear - exponential, -0.005, 0.003))
    evidence = (
        f"Resembling a document lifts a document {falling}, as exp({rate:.0f} cosine) does (R² {exponential:.4f}; the "
        f"cosine {linear:.4f})."
    )
    return _found("pseudo-relevance feedback", evidence, _sure(exponential - linear, 0.005, 0.05))


def _from_twins(gains: tuple[Floats, Floats]) -> list[Finding]:
    earlier, later = gains
    # A hubness correction lowers both alike.
    if later.max() > -NOTICEABLE or earlier.min() < 0.25 * later.mean():
        return []
    evidence = (
        f"Resembling an earlier document sinks a document by {later.mean():+.2f}, the earlier one by "
        f"{earlier.mean():+.2f}."
    )
    return _found("maximal marginal relevance", evidence, _sure(-later.max(), NOTICEABLE, 0.5))


def _ranks(ranks: NDArray[np.int64]) -> str:
    return f"rank {', '.join(map(str, ranks.tolist()))}"


def _from_scatter(penalty: float) -> list[Finding]:
    if penalty < 0.1:
        return []
    evidence = (
        f"A direction along which the first documents differ counts {penalty:.2f} less than one on which they agree."
    )
    return _found("within-class scatter", evidence, _sure(penalty, 0.1, 0.3))


def _from_parts(gains: responses.PartGains) -> list[Finding]:
    findings = []
    if gains.best > NOTICEABLE and gains.poor < 0.6 * gains.best:
        evidence = (
            f"A nearer best sentence lifts its document by {gains.best:+.2f}, a nearer poor one by {gains.poor:+.2f}."
        )
        findings += _found("max over segments", evidence, _sure(gains.best, NOTICEABLE, 0.2))
    if gains.poor > 0.02:
        evidence = f"A nearer poor sentence lifts its document by {gains.poor:+.2f}, the best one by {gains.best:+.2f}."
        findings += _found("mean over segments", evidence, _sure(gains.poor, 0.02, 0.06))
    elif gains.matching > 0.03:
        evidence = f"A second good sentence lifts its document by {gains.matching:+.2f}, though it is not the best."
        findings += _found("segment coverage", evidence, _sure(gains.matching, 0.03, 0.1))
    return findings


def _from_batch(dependence: float) -> list[Finding]:
    if dependence < 1e-3:
        return []
    evidence = f"Leaving one query out moves the scores of the others by up to {dependence:.2f} deviations."
    return _found("other queries of the batch", evidence, _sure(dependence, 1e-3, 1e-2))
