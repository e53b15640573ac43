"""Archives by the names that people give them: a file of theirs, or a run that comes with the package."""

from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path

from archive import Archive
from harness.errors import UsageError

NAMES: Mapping[str, str] = {"published": "run.db", "published-control": "control.db"}
"""Name to file of this room. Each holds one run, so `latest` and bare numbers mean that one."""


def open_archive(path: str | Path, *, read_only: bool = False, create: bool = True) -> Archive:
    """Open the archive of this name or path; a file of that name in the folder comes before one of the package.

    Raises UsageError where one of the package is to be written, ArchiveError as `Archive.open` does.
    """
    if not is_packaged(path):
        return Archive.open(path, read_only=read_only, create=create)
    if not read_only:
        raise UsageError(f"The archive {path} comes with the package and is only read; name a file of your own.")
    return Archive.open(packaged(str(path)), read_only=True)


def is_packaged(path: str | Path) -> bool:
    """Whether this names an archive of the package, and no file."""
    return str(path) in NAMES and not Path(path).exists()


def packaged(name: str) -> Path:
    """The file of an archive of the package."""
    return Path(str(files(__package__).joinpath(NAMES[name])))


def split(word: str, path: str) -> tuple[str, str]:
    """Where a run or a program is, and its name there: `published.81` is in the package, others in `path`."""
    name, _, rest = word.partition(".")
    return (name, rest or "latest") if is_packaged(name) else (path, word)
