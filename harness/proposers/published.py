"""Programs that were written for an earlier run, told again to this one: no model is asked, each is judged anew."""

import hashlib
import json
from collections.abc import Mapping, Sequence

from archive import Program
from harness.errors import JobError, UsageError
from harness.programs.inline import inline_primitives
from harness.proposers.protocol import Briefing, Proposal
from harness.published.place import open_archive
from primitives import programs

ARCHIVE = "published"
TOLD = "published programs"
"""Under this name a run's versions keep the hash of what it is told."""

PARTS = ("source", "name", "novelty_claim", "expected_effect", "lesson", "mode", "model")
"""Of a record: what is told."""


class Published:
    """Tells the programs of a recorded run in their order, whatever came of the last. None is left out."""

    name = "published"

    def __init__(self, recorded: Sequence[Program]) -> None:
        """`recorded` is a run's programs, oldest first, its seeds among them."""
        self._told = [program.record for program in recorded if program.record.mode != "seed"]
        named = {program.id: program.record.name for program in recorded}
        self._parents = [[named[parent] for parent in record.parents] for record in self._told]
        order = (*programs.SEEDS, *(record.name for record in self._told))
        self._numbers = {name: number for number, name in enumerate(order, start=1)}

    @property
    def fingerprint(self) -> str:
        """Of all that may be told, in order: 32 hexadecimal digits of SHA-256.

        It is of what programs hold, not of the file, which a newer schema rewrites without changing a word.
        """
        told = [
            [*parents, *(getattr(record, name) for name in PARTS)]
            for record, parents in zip(self._told, self._parents, strict=True)
        ]
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:32]

    def propose(self, briefing: Briefing) -> Proposal:
        """The program whose turn it is; its parents are this run's programs of the names that were recorded.

        Claims, lessons and the mode are its author's of then: figures in them are of the run that they were written in.
        """
        place = briefing.number - len(programs.SEEDS) - 1
        record = self._told[place]
        parents = (self._numbers.get(name) for name in self._parents[place])
        return Proposal(
            source=record.source if briefing.allow_primitives else inline_primitives(record.source),
            name=record.name,
            parents=tuple(f"{briefing.run_id}.{number}" for number in parents if number is not None),
            novelty_claim=record.novelty_claim,
            expected_effect=record.expected_effect,
            lesson=record.lesson,
            mode=record.mode,
            model=record.model,
        )


def read_published(run: str, generations: int) -> Published:
    """The proposer that tells the run of this name: `published`, or `published-control`; empty is the first.

    Raises UsageError where it has fewer programs than `generations`, ArchiveError where there is no such archive.
    """
    with open_archive(run or ARCHIVE, read_only=True) as archive:
        recorded = archive.programs(archive.resolve_run("latest"))
    told = sum(program.record.mode != "seed" for program in recorded)
    if generations > told:
        raise UsageError(
            f"{run or ARCHIVE} has {told} programs, and search.generations={generations} asks for more; "
            f"set search.generations={told}, or name another proposer."
        )
    return Published(recorded)


def require_same_told(recorded: Mapping[str, str], run: str, generations: int) -> None:
    """Raise JobError where the run of this name holds other programs than `recorded`, the versions of the run that is
    told it, says; nothing is required of runs from before this was recorded.
    """
    expected = recorded.get(TOLD)
    if expected and expected != read_published(run, generations).fingerprint:
        raise JobError(
            f"The programs of {run or ARCHIVE} are not those that this run began with; install the version of "
            "ttc-retrieval that `ttc runs --json` lists, or start a new run."
        )
