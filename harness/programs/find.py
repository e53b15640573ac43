"""The source that a word names: a file, an archived program or a reference program."""

from typing import Literal

from harness.errors import UsageError
from harness.published.place import open_archive, split
from harness.settings.home import expanded
from primitives import programs
from sandbox import rules

Origin = Literal["file", "reference", "archive"]


def find_source(named: str, archive_path: str) -> str:
    """The source of a file, of an archived program (RUN.NUMBER, published.NUMBER) or of a reference program.

    Raises UsageError when there is none, ArchiveError when an id is not in the archive.
    """
    origin = origin_of(named)
    if origin == "reference":
        return programs.source(named)
    if origin == "archive":
        path, program = split(named, archive_path)
        with open_archive(path, read_only=True) as archive:
            return archive.program(program).record.source
    try:
        return expanded(named).read_text("utf-8")
    except UnicodeDecodeError as error:
        raise UsageError(f"{named} is not UTF-8 text (byte {error.start}); save it as UTF-8.") from error


def origin_of(named: str) -> Origin:
    """What a word names: a file before a reference program, that before an archived one, which may not exist.

    Raises UsageError for a word that can name none.
    """
    if expanded(named).is_file():
        return "file"
    if named in programs.names():
        return "reference"
    if named.endswith(".py") or "/" in named:
        raise UsageError(f"There is no file {named}; name a Python file, a program id or a reference program.")
    if "." in named or named.isdigit():
        return "archive"
    raise UsageError(
        f"There is no program '{named}'; name a Python file, a program id or one of {', '.join(programs.names())}."
    )


def require_allowed(name: str, source: str, *, allow_primitives: bool = True) -> None:
    """Raise UsageError where a program breaks a static rule."""
    violations = rules.check(source, allow_primitives=allow_primitives)
    if violations:
        first = violations[0]
        raise UsageError(
            f"Program {name} breaks a static rule ({first.code}, line {first.line}: {first.message}) "
            "and cannot be run; fix it or leave it out."
        )
