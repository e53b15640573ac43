"""Programs under the names that tables give them, from the words of a command line."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from archive import NOTHING, Searched
from harness.errors import UsageError
from harness.programs.find import find_source, origin_of, require_allowed
from harness.programs.fingerprint import code_hash
from harness.published.place import open_archive, split
from harness.settings import Settings
from primitives import programs


@dataclass(frozen=True)
class NamedProgram:
    """A program under the name that tables give it."""

    name: str
    source: str
    searched: Searched = NOTHING
    """What the run which found it searched on."""

    @cached_property
    def code(self) -> str:
        """What tells its cells from others': a hash of its code and of the primitives it uses."""
        return code_hash(self.source)


def read_programs(named: Sequence[str], settings: Settings) -> tuple[NamedProgram, ...]:
    """The programs that words name, each code once."""
    return _distinct(_find(named, settings))


def _find(named: Sequence[str], settings: Settings) -> list[NamedProgram]:
    found = []
    for word in named:
        if word == "reference":
            found += [NamedProgram(name, programs.source(name)) for name in programs.names()]
        elif word == "frontier" or word.startswith("frontier:"):
            found += _frontier(settings.archive.path, word.partition(":")[2] or "latest")
        elif origin_of(word) == "archive":
            found.append(_archived(settings.archive.path, word))
        else:
            found.append(NamedProgram(Path(word).stem, find_source(word, settings.archive.path)))
    for program in found:
        require_allowed(program.name, program.source, allow_primitives=settings.program.primitives)
    return found


def _frontier(path: str, run: str) -> list[NamedProgram]:
    path, run = split(run, path)
    with open_archive(path, read_only=True) as archive:
        run_id = archive.resolve_run(run)
        searched = archive.searched_by(run_id)
        front = archive.frontier(run_id)
    if not front:
        raise UsageError(f"The frontier of run {run_id} is empty; name another run or other programs.")
    return [NamedProgram(f"{one.id} {one.record.name}", one.record.source, searched) for one in front]


def _archived(path: str, word: str) -> NamedProgram:
    path, word = split(word, path)
    with open_archive(path, read_only=True) as archive:
        found = archive.program(word)
        searched = archive.searched_by(found.run_id)
    return NamedProgram(f"{found.id} {found.record.name}", found.record.source, searched)


def _distinct(found: Sequence[NamedProgram]) -> tuple[NamedProgram, ...]:
    """Each code once, under its first name; a name that two programs bear is numbered."""
    by_code: dict[str, NamedProgram] = {}
    taken: dict[str, int] = {}
    for program in found:
        if program.code in by_code:
            continue
        taken[program.name] = times = taken.get(program.name, 0) + 1
        name = program.name if times == 1 else f"{program.name} ({times})"
        by_code[program.code] = replace(program, name=name)
    return tuple(by_code.values())
