"""What a simulated author takes from the text of a prompt: nothing but what stands there."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from harness.proposers.recombine import SEED_GENOMES
from harness.proposers.recombine.genome import Genome, parse

_NUMBER = re.compile(r"Write program number (\d+)")
_ROW = re.compile(r"^(p\d+) (\S+?)(?::| \|) ?(.*)$", re.MULTILINE)
_DELTA = re.compile(r"(?:delta |\| )([+-]\d\.\d{4})(?: ± (\d\.\d{4}))?")
_OPERATION = re.compile(r"^([a-z][^|\n]*) \| \d+ \| \d+ \| [^|\n]* \| ([+-]\d\.\d{4}) \((\d+) times?\)$", re.MULTILINE)
_LOOKED = re.compile(
    r"You asked for a trial of your program first\. Trial of (\S+) on .*?\n.*?less .*?: ([+-]\d\.\d{4})"
)
_LOOKS_LEFT = re.compile(r"\((\d+) left\)")


@dataclass(frozen=True)
class Known:
    """A program that a prompt tells of."""

    id: str
    genome: Genome
    delta: float
    error: float
    """Zero where none is told."""


@dataclass(frozen=True)
class Reading:
    """What a prompt says."""

    number: int
    programs: tuple[Known, ...]
    tried: frozenset[Genome]
    """Those without a figure too."""
    effects: Mapping[str, float]
    """An operation to its mean gain over the parent where it was added, less the fewer times that was."""
    may_try: bool
    """Whether a trial may be asked for."""
    looked: tuple[Genome, float] | None
    """The program of the last trial, and its gain over the best one on the same queries."""


def read(prompt: str, *, trials: bool) -> Reading:
    """Read a prompt; `trials` says whether its run has any."""
    found = _NUMBER.search(prompt)
    assert found is not None, "Only prompts for a program are read."
    known, tried = [], set()
    for row in _ROW.finditer(prompt.partition("# Ledger")[2]):
        genome = _genome(row[2])
        if genome is None:
            continue
        tried.add(genome)
        if delta := _DELTA.search(row[3]):
            known.append(Known(row[1], genome, float(delta[1]), float(delta[2] or 0)))
    looked = _LOOKED.search(prompt)
    last = _genome(looked[1]) if looked else None
    left = _LOOKS_LEFT.search(prompt) is not None if "You asked for a trial" in prompt else trials
    return Reading(
        number=int(found[1]),
        programs=tuple(known),
        tried=frozenset(tried),
        effects={each[1]: _shrunk(float(each[2]), int(each[3])) for each in _OPERATION.finditer(prompt)},
        may_try=left,
        looked=(last, float(looked[2])) if looked and last else None,
    )


def _shrunk(gain: float, times: int) -> float:
    """A mean of few says little."""
    return gain * times / (times + 2)


def _genome(name: str) -> Genome | None:
    return parse(name) or SEED_GENOMES.get(name)
