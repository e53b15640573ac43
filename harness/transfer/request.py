"""What a transfer is asked for: programs, encoders and tasks, from the words of a command line."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from archive import Archive
from harness.errors import UsageError
from harness.novelty import code_hash
from harness.settings import Settings, compose, groups
from harness.single import find_source, require_allowed
from primitives import programs

DEFAULT_TASKS = "tasks=heldout19"


@dataclass(frozen=True)
class NamedProgram:
    """A program under the name that tables give it."""

    name: str
    source: str
    searched: frozenset[str] = frozenset()
    """Names and fingerprints of the tasks that the run which found it searched on."""

    @cached_property
    def code(self) -> str:
        """What tells its cells from others': a hash of its code and of the primitives it uses."""
        return code_hash(self.source)


@dataclass(frozen=True)
class TransferRequest:
    """All cells that a transfer is to have: every program with every encoder on every task."""

    programs: tuple[NamedProgram, ...]
    encoders: tuple[Settings, ...]
    """One composition of the settings per encoder; they differ in `encoder` alone."""
    again: bool = False

    @property
    def settings(self) -> Settings:
        """What is not the encoder's."""
        return self.encoders[0]


def read_request(words: Sequence[str], *, again: bool = False) -> TransferRequest:
    """Read programs (`reference`, `frontier`, `frontier:RUN`, ids, files) and `key=value` settings.

    `encoders=[a,b]` stands for several choices of `encoder`. Raises UsageError for a word that names nothing, for no
    program at all, and for a program that breaks a static rule.
    """
    encoders, named = read_settings(words, default_tasks=DEFAULT_TASKS)
    if not named:
        raise UsageError("No program is named; name files, ids, `frontier` or `reference`: ttc transfer reference.")
    return TransferRequest(read_programs(named, encoders[0]), tuple(encoders), again)


def read_settings(words: Sequence[str], *, default_tasks: str | None) -> tuple[list[Settings], list[str]]:
    """Settings per encoder, and the words that are no settings."""
    overrides = [word for word in words if "=" in word and not Path(word).is_file()]
    named = [word for word in words if word not in overrides]
    if default_tasks is not None and not any(word.startswith("tasks=") for word in overrides):
        overrides.append(default_tasks)
    return _compose_each(overrides), named


def read_programs(named: Sequence[str], settings: Settings) -> tuple[NamedProgram, ...]:
    """The programs that words name, each code once."""
    return _distinct(_find(named, settings))


def _compose_each(overrides: Sequence[str]) -> list[Settings]:
    lists = [word for word in overrides if word.startswith("encoders=")]
    if not lists:
        return [compose(overrides)]
    names = [name.strip() for name in lists[-1].removeprefix("encoders=").strip("[]").split(",") if name.strip()]
    if not names:
        raise UsageError(f"encoders=[] names no encoder; choose from {', '.join(groups()['encoder'])}.")
    rest = [word for word in overrides if word not in lists]
    return [compose([f"encoder={name}", *rest]) for name in dict.fromkeys(names)]


def _find(named: Sequence[str], settings: Settings) -> list[NamedProgram]:
    found = []
    for word in named:
        if word == "reference":
            found += [NamedProgram(name, programs.source(name)) for name in programs.names()]
        elif word == "frontier" or word.startswith("frontier:"):
            found += _frontier(settings.archive.path, word.partition(":")[2] or "latest")
        elif word in programs.names() or Path(word).is_file():
            found.append(NamedProgram(Path(word).stem, find_source(word, settings.archive.path)))
        elif word[:1].isdigit() or "." in word:
            found.append(_archived(settings.archive.path, word))
        else:
            find_source(word, settings.archive.path)  # says what is wrong with it
    for program in found:
        require_allowed(program.name, program.source, allow_primitives=settings.program.primitives)
    return found


def _frontier(path: str, run: str) -> list[NamedProgram]:
    with Archive.open(path, read_only=True) as archive:
        run_id = archive.resolve_run(run)
        searched = archive.run(run_id).record.searched
        front = archive.frontier(run_id)
    if not front:
        raise UsageError(f"The frontier of run {run_id} is empty; name another run or other programs.")
    return [NamedProgram(f"{one.id} {one.record.name}", one.record.source, searched) for one in front]


def _archived(path: str, word: str) -> NamedProgram:
    if word.endswith(".py"):
        raise UsageError(f"There is no file {word}; name a Python file, a program id or a reference program.")
    with Archive.open(path, read_only=True) as archive:
        found = archive.program(word)
        searched = archive.run(found.run_id).record.searched
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
