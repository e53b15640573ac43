"""The folder of files that a run keeps for an author who reads files: people call it a desk, `desk.py` asks and tells.

It is made of recorded rows alone, so it can be written again at any time, with the same bytes.
Full access to earlier candidates in place of summaries follows Meta-Harness, arXiv:2603.28052, 2026.
"""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from archive import Archive, Program, Trials
from harness.errors import UsageError
from harness.proposers.exchange import from_kept
from harness.proposers.verdicts import AnswerVerdict
from harness.search.shelf_pages import HEAD, Entry, Pages
from harness.settings import Settings
from harness.settings.home import expanded

FILE, FOLDER, OPEN = 0o444, 0o555, 0o755
"""Modes: the author reads; the folder is opened while the run writes."""


class Shelf:
    """The files of one run. Reads the archive, writes to the folder."""

    def __init__(self, archive: Archive, run_id: str, settings: Settings, folder: Path) -> None:
        self.folder = folder
        self._archive = archive
        self._run_id = run_id
        by_bit = settings.proposer.feedback == "bit"
        self._pages = Pages(run_id, archive.run(run_id).record, by_bit=by_bit)
        self._notes_every = settings.proposer.notes_every
        self._entries: list[Entry] = []
        self._notes: list[tuple[int, str]] = []

    def fill(self) -> None:
        """Write whatever is recorded, and take away what is not of it.

        Raises UsageError where the folder holds something else than this run's files.
        """
        self._require_own()
        self._entries, self._notes = [], []
        wanted = self._pages.of_run()
        for program in self._archive.programs(self._run_id):
            wanted |= self._of_program(program)
        wanted |= self._of_all()
        for path, text in wanted.items():
            self._write(path, text)
        for file in [path for path in self.folder.rglob("*") if path.is_file()]:
            if str(file.relative_to(self.folder)) not in wanted:
                self._remove(file)

    def add(self, program_id: str) -> None:
        """Write what is told of a program that was just recorded, then the index."""
        written = self._of_program(self._archive.program(program_id))
        for path, text in {**written, **self._of_all()}.items():
            self._write(path, text)

    def _of_all(self) -> dict[str, str]:
        return self._pages.of_all(self._entries, self._notes, Trials(self._archive, self._run_id).all())

    def _of_program(self, program: Program) -> dict[str, str]:
        entry = self._pages.entry(program)
        self._entries.append(entry)
        note = self._note(program.number)
        if note:
            self._notes.append((program.number, note))
        return self._pages.of_program(program, entry)

    def _note(self, number: int) -> str:
        """The notes that a model wrote before this program."""
        if not self._notes_every or number % self._notes_every:
            return ""
        found = self._archive.answer(self._run_id, number, "notes")
        exchange = None if found is None else from_kept(found[1])[1]
        return exchange.text if exchange is not None and exchange.verdict is AnswerVerdict.OK else ""

    def _require_own(self) -> None:
        if not self.folder.exists() or (self.folder.is_dir() and not any(self.folder.iterdir())):
            return
        readme = self.folder / "README.md"
        head = readme.read_text("utf-8", "replace").partition("\n")[0] if readme.is_file() else ""
        if head != f"{HEAD}{self._run_id}":
            raise UsageError(
                f"{self.folder} holds something else than the desk of run {self._run_id}; name a new folder."
            )

    def _write(self, path: str, text: str) -> None:
        """Whoever reads the file meanwhile reads the old one or the new one."""
        self.folder.mkdir(parents=True, exist_ok=True)
        target, data = self.folder / path, text.encode("utf-8", "surrogatepass")
        if target.is_file() and target.read_bytes() == data:
            return
        with self._opened(target.parent):
            handle, name = tempfile.mkstemp(prefix=".", dir=target.parent)
            with os.fdopen(handle, "wb") as file:
                file.write(data)
            Path(name).chmod(FILE)
            Path(name).replace(target)

    def _remove(self, file: Path) -> None:
        with self._opened(file.parent):
            file.unlink()
        if file.parent != self.folder and not any(file.parent.iterdir()):
            with self._opened(file.parent.parent):
                file.parent.rmdir()

    @contextmanager
    def _opened(self, folder: Path) -> Iterator[None]:
        """A folder of the shelf, made where it is missing, that can be written to for a moment."""
        above = folder.parent
        if not folder.exists():
            with self._opened(above):
                folder.mkdir()
        folder.chmod(OPEN)
        try:
            yield
        finally:
            folder.chmod(FOLDER)


def shelf_of(archive: Archive, run_id: str, settings: Settings) -> Shelf | None:
    """The shelf that the run's settings ask for, beside the archive; None where they ask for none."""
    name = settings.proposer.desk_name
    if not name or settings.proposer.kind == "replay":
        return None
    folder = archive.path.absolute().parent / expanded(name.replace("{run}", run_id))
    return Shelf(archive, run_id, settings, folder)
