"""Which programs of a run are judged held out: chosen by what the run itself measured, before anything held out is."""

from collections.abc import Sequence, Set
from dataclasses import dataclass
from pathlib import Path

from archive import Program
from harness.api import open_archive
from harness.report.front import front_ids
from harness.reproduce.run import search_to_end

PUBLISHED, CONTROL = "published", "published-control"


@dataclass(frozen=True)
class Choice:
    """A program, and why it is looked at."""

    label: str
    """How it was chosen, for a table."""
    word: str
    """What `ttc transfer` calls it."""
    name: str
    searched: float | None = None
    """Mean delta that its own run recorded."""


@dataclass(frozen=True)
class Told:
    """A recorded run, and which of its programs answer one query alone as they do in a batch."""

    name: str
    programs: Sequence[Program]
    """Oldest first, without the seeds."""
    inductive: Set[str]
    """By name, as an audit of today found."""

    def best(self, label: str, first: int, *, inductive: bool = False) -> Choice:
        """The best of the first programs by the recorded mean delta, which is all that is looked at."""
        return self._chosen(label, max(self._rivals(first, inductive), key=lambda each: each.record.mean_delta or 0.0))

    def frontier(self, label: str, *, inductive: bool = False) -> list[Choice]:
        """Those of the whole run that no other one beats at their recorded cost or less, cheapest first."""
        rivals = self._rivals(len(self.programs), inductive)
        ids = front_ids(rivals)
        front = sorted((each for each in rivals if each.id in ids), key=lambda each: each.record.cost_ratio or 0.0)
        return [self._chosen(f"{label}, c = {each.record.cost_ratio:.2f} in its run", each) for each in front]

    def _rivals(self, first: int, inductive: bool) -> list[Program]:
        judged = [each for each in self.programs[:first] if each.record.mean_delta is not None]
        return [each for each in judged if not inductive or each.record.name in self.inductive]

    def _chosen(self, label: str, found: Program) -> Choice:
        return Choice(label, f"{self.name}.{found.number}", found.record.name, found.record.mean_delta)


def read_told(name: str, folder: Path) -> Told:
    """A run of the package; its programs are audited on the default tasks, which takes a minute or two and is kept.

    WordLlama does: whether a program uses the other queries of its batch is in its code, not in the encoder.
    """
    with open_archive(name) as archive:
        programs = [each for each in archive.programs(archive.runs()[0].id) if each.record.mode != "seed"]
    path = folder / f"{name}-audited.db"
    told = [f"proposer.run={name}", f"search.generations={len(programs)}", "encoder=wordllama"]
    search_to_end(path, ["proposer=published", *told, f"archive.path={path}"])
    with open_archive(path) as archive:
        judged = archive.programs(archive.runs()[0].id)
    return Told(name, programs, {each.record.name for each in judged if each.record.verdict == "ok"})


def recombined(folder: Path, seeds: Sequence[int], encoder: str, settings: Sequence[str]) -> list[Choice]:
    """The best program of a search by recombination on these settings' tasks, seed by seed; each search is kept.

    Today's rules hold, so what it finds is inductive. Seeds that end at the same program stand in one choice.
    """
    found: dict[str, tuple[Program, int, list[int]]] = {}
    for seed in seeds:
        path = folder / f"recombined-{encoder}-{seed}.db"
        told = ["proposer=recombine", f"search.seed={seed}", f"encoder={encoder}", f"archive.path={path}"]
        search_to_end(path, [*told, *settings])
        with open_archive(path) as archive:
            judged = archive.programs(archive.runs()[0].id)
        best = max(judged, key=lambda each: each.record.mean_delta or 0.0)
        written = sum(each.record.mode != "seed" for each in judged)
        found.setdefault(best.record.source, (best, written, []))[2].append(seed)
    return [_kept(folder, encoder, *each) for each in found.values()]


def _kept(folder: Path, encoder: str, best: Program, written: int, seeds: Sequence[int]) -> Choice:
    source = folder / f"recombined_{encoder.replace('-', '_')}_{seeds[0]}.py"
    source.write_text(best.record.source, "utf-8")
    said = " and ".join(map(str, seeds))
    label = f"best of {written} by recombination with {encoder}, seed{'s' * (len(seeds) > 1)} {said}"
    return Choice(label, str(source), best.record.name, best.record.mean_delta)
