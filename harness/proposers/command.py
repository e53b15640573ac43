"""A command line as the author: it reads a briefing and answers, in a folder of its own."""

import os
import re
import shlex
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from archive import UsageRecord
from harness.errors import JobError, UsageError
from harness.proposers.exchange import Exchange, Prompt
from harness.proposers.group import run_group
from harness.proposers.prices import Price, price_for
from harness.proposers.printed import Printed, UnreadableOutput, read_printed
from harness.proposers.verdicts import AnswerVerdict
from harness.settings.home import expanded, make_folder
from harness.settings.proposer import ProposerSettings

BASICS = ("PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LC_*", "TERM", "TMPDIR", "TZ", "XDG_*")
"""Environment variables that every command gets."""
PLACES = ("briefing", "answer", "model", "desk", "here")
"""What may stand in braces in a command line."""
MOST_BYTES = 20_000_000
"""Of what a command prints, so much is read."""
DESK = (
    "\n# Files\n\nThe folder `desk` of your working folder holds every earlier program with its source, its author's "
    "claim and lesson, and what came of it, task by task. Begin with `desk/README.md`; you can read the files, not "
    "change them. Whatever you look at, end with one answer in the form that is asked for.\n\n"
)
"""Ends the fixed part of a prompt for an author with a desk."""


class CommandClient:
    """One command line, asked as a model would be."""

    def __init__(self, settings: ProposerSettings, model: str, desk: Path | None = None) -> None:
        self.model = model
        self._settings = settings
        self._command = settings.command
        self._words = _split(settings.command.line)
        self._desk = desk
        self.provider = Path(self._words[0]).name

    def at_desk(self, desk: Path | None) -> "CommandClient":
        """The same command line, which may read the files of a folder."""
        return CommandClient(self._settings, self.model, desk)

    def connect(self) -> None:
        """Raises UsageError where there is no such program, or the command line names what there is not."""
        unknown = [name for name in re.findall(r"\{([a-z_]+)\}", self._command.line) if name not in PLACES]
        if unknown:
            raise UsageError(
                f"proposer.command.line has {{{unknown[0]}}}, which stands for nothing; there are "
                f"{', '.join(f'{{{name}}}' for name in PLACES)}."
            )
        self._program()

    def request(self, prompt: Prompt) -> dict[str, Any]:
        """What decides the answer: the command line and the briefing. Paths are not part of it."""
        return {"command": self._words, "model": self.model, "briefing": self._briefing(prompt)}

    def complete(self, prompt: Prompt) -> Exchange:
        """Run the command once.

        Raises JobError where it fails; a command that takes too long, or prints that it has no answer, is
        `interrupted`.
        """
        with self._own_folder() as folder:
            briefing = folder / "briefing.md"
            briefing.write_text(self._briefing(prompt), "utf-8")
            stdin = None if "{briefing}" in self._command.line else briefing
            began = time.monotonic()
            try:
                code = run_group(self._placed(folder), folder, self._environment(), stdin, self._settings.timeout_s)
            except OSError as error:
                raise JobError(f"{self.provider} cannot be started ({error.strerror or error}).") from error
            latency_s = time.monotonic() - began
            if code is None:
                late = f"{self.provider} was ended after {self._settings.timeout_s:g} s (proposer.timeout_s)"
                return self._exchange(Printed("", complaint=late), latency_s)
            return self._exchange(self._printed(folder, code), latency_s)

    def _printed(self, folder: Path, code: int) -> Printed:
        output, errors = _read(folder / "stdout.txt"), _read(folder / "stderr.txt")
        if code:
            said = " ".join((errors.strip() or output.strip()).split())[-300:] or "it said nothing"
            raise JobError(
                f"{self.provider} ended with exit code {code}; the run is kept, resume it when the command works: "
                f"{said}"
            )
        try:
            printed = read_printed(self._command.prints, output, errors)
        except UnreadableOutput as unreadable:
            form = self._command.prints
            raise JobError(
                f"{self.provider} did not print what proposer.command.prints={form} expects; {unreadable}."
            ) from unreadable
        if "{answer}" not in self._command.line:
            return printed
        return Printed(_read(folder / "answer.md"), printed.model, printed.cost_usd, printed.tokens, printed.complaint)

    def _exchange(self, printed: Printed, latency_s: float) -> Exchange:
        verdict, detail = AnswerVerdict.OK, printed.complaint
        if printed.complaint:
            verdict = AnswerVerdict.INTERRUPTED
        elif not printed.text.strip():
            verdict, detail = AnswerVerdict.EMPTY, f"{self.provider} ended well and left no answer"
        usage = UsageRecord(
            provider=self.provider,
            model=printed.model or self.model,
            verdict=verdict.value,
            latency_s=round(latency_s, 3),
            cost_usd=printed.cost_usd,
            **_known(printed.tokens),
        )
        return Exchange(printed.text, verdict, detail, usage)

    def _briefing(self, prompt: Prompt) -> str:
        return f"{prompt.prefix.rstrip()}\n\n{prompt.body.strip()}\n"

    def _program(self) -> str:
        found = shutil.which(self._words[0])
        if found is None:
            raise UsageError(
                f"There is no program '{self._words[0]}' to ask; install it, or name another in proposer.command.line."
            )
        return str(Path(found).absolute())

    def _placed(self, folder: Path) -> list[str]:
        """The words of the command line with paths in the place of names."""
        stand_for = {
            "briefing": folder / "briefing.md",
            "answer": folder / "answer.md",
            "model": self.model,
            "desk": self._desk or folder,
            "here": Path.cwd(),
        }
        words = [self._program(), *self._words[1:]]
        for name, value in stand_for.items():
            words = [word.replace(f"{{{name}}}", str(value)) for word in words]
        return words

    def _environment(self) -> dict[str, str]:
        names = (*BASICS, *self._command.env)
        return {key: value for key, value in os.environ.items() if any(fnmatchcase(key, name) for name in names)}

    @contextmanager
    def _own_folder(self) -> Iterator[Path]:
        if self._command.folder:
            kept = expanded(self._command.folder)
            make_folder(kept)
            yield self._furnished(Path(tempfile.mkdtemp(prefix="call-", dir=kept.absolute())))
            return
        with tempfile.TemporaryDirectory(prefix="ttc-call-", ignore_cleanup_errors=True) as folder:
            yield self._furnished(Path(folder).resolve())

    def _furnished(self, folder: Path) -> Path:
        if self._desk is not None:
            (folder / "desk").symlink_to(self._desk.absolute(), target_is_directory=True)
        return folder


@dataclass(frozen=True)
class PrintedPrice:
    """What a command itself says that a call costs; unknown where it does not say."""

    most_usd: float
    source: str = "printed by the command"

    def cost(self, usage: UsageRecord) -> float | None:
        # Before a call there is no provider: then it is asked what the call may cost at most.
        return usage.cost_usd if usage.provider else self.most_usd


def price_of_command(client: CommandClient, settings: ProposerSettings) -> Price:
    """The price that the settings name, or else what the command prints."""
    own = settings.prices.get(client.model, settings.price)
    if own.input is not None and own.output is not None:
        return price_for(client.provider, client.model, settings)
    return PrintedPrice(settings.command.most_usd)


def name_of_command(settings: ProposerSettings) -> str:
    """What stands for the model where none is named: the program's name."""
    return Path(_split(settings.command.line)[0]).name


def _split(line: str) -> list[str]:
    try:
        words = shlex.split(line)
    except ValueError as error:
        raise UsageError(f"proposer.command.line cannot be read ({error}); check its quotes.") from error
    if not words:
        raise UsageError(
            "proposer=command needs a command line: set proposer.command.line, or choose proposer=claude, codex, "
            "gemini or llm."
        )
    return words


def _read(file: Path) -> str:
    """The text of a file; empty where there is none, or something else that a command left in its place."""
    if not file.is_file():
        return ""
    with file.open("rb") as opened:
        return opened.read(MOST_BYTES).decode("utf-8", "replace")


def _known(tokens: Mapping[str, int | None]) -> dict[str, Any]:
    return {name: count for name, count in tokens.items() if count is not None}
