"""Which kind of answer is asked for: a whole program, edits to a parent, or a crossover of two."""

import random
from dataclasses import dataclass

from harness.programs.view import ProgramView
from harness.proposers.protocol import Briefing
from harness.settings.proposer import ModeSettings, ProposerSettings


@dataclass(frozen=True)
class Assignment:
    """An edit mode and the parents it works on: none, one or two."""

    mode: str
    parents: tuple[ProgramView, ...] = ()


def assign(briefing: Briefing, weights: ModeSettings) -> Assignment:
    """Draw a mode by weight among those whose parents are there; a full rewrite where there is no other.

    The same briefing gives the same mode.
    """
    rng = random.Random(f"{briefing.seed}:{briefing.number}:mode")
    parents = briefing.parents
    choices = {
        Assignment("full"): weights.full,
        Assignment("diff", parents[:1]): weights.diff if parents else 0.0,
        Assignment("crossover", parents[:2]): weights.crossover if len(parents) > 1 else 0.0,
    }
    if sum(choices.values()) <= 0:
        return Assignment("full")
    return rng.choices(list(choices), list(choices.values()))[0]


def assignment(briefing: Briefing, settings: ProposerSettings) -> Assignment:
    """What is asked of the author of a briefing's program: without memory nothing but a program of its own."""
    return assign(briefing, settings.modes) if settings.memory else Assignment("full")
