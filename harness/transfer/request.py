"""What a transfer is asked for: programs, encoders and tasks, from the words of a command line."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

from harness.encoders.protocol import Encoder
from harness.errors import UsageError
from harness.programs.named import NamedProgram, read_programs
from harness.settings import Settings, compose, groups
from harness.tasks.task import RetrievalTask

DEFAULT_TASKS = "tasks=heldout19"


@dataclass(frozen=True)
class TransferRequest:
    """All cells that a transfer is to have: every program with every encoder on every task."""

    programs: tuple[NamedProgram, ...]
    encoders: tuple[Settings, ...]
    """One composition of the settings per encoder; they differ in `encoder` alone."""
    again: bool = False
    objects: tuple[Encoder | None, ...] = ()
    """Encoders of a caller's own, in the places of the settings that they stand for."""
    tasks: tuple[RetrievalTask, ...] | None = None
    """Tasks of a caller's own."""

    @property
    def each_encoder(self) -> list[tuple[Settings, Encoder | None]]:
        """Settings and, where one was given, the encoder itself."""
        return list(zip_longest(self.encoders, self.objects[: len(self.encoders)]))

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


def _compose_each(overrides: Sequence[str]) -> list[Settings]:
    lists = [word for word in overrides if word.startswith("encoders=")]
    if not lists:
        return [compose(overrides)]
    names = [name.strip() for name in lists[-1].removeprefix("encoders=").strip("[]").split(",") if name.strip()]
    if not names:
        raise UsageError(f"encoders=[] names no encoder; choose from {', '.join(groups()['encoder'])}.")
    rest = [word for word in overrides if word not in lists]
    return [compose([f"encoder={name}", *rest]) for name in dict.fromkeys(names)]
