"""Texts that take long to make, kept in the user's cache folder once they are made.

A file is named by everything that goes into it, so that it never has to be looked after. It is believed if its checksum
fits, and written under another name first, so that many processes may share the folder.
"""

import hashlib
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from harness.settings.encoder import default_cache_folder
from harness.settings.home import expanded, make_folder

VERSIONS = 4
"""Files kept of each name, the newest: so many environments may share the folder."""

LONGEST_WAIT_S = 60.0
"""Seconds that a process waits for another that makes the same text; then it makes it itself."""

UNFINISHED = "writing-"
"""Before the name of a file while it is written."""


def kept(folder: Path, name: str, parts: Iterable[str], make: Callable[[], str]) -> str:
    """What `make` returns, read from `folder` where it was made of the same `parts` by the same Python before.

    Where the folder cannot be read or written, it is made, and not kept; what `make` raises is raised.
    """
    file = folder / f"{name}.{_key(parts)}"
    found = _read(file)
    if found is None:
        with _alone(folder, file.name):
            found = _read(file)
            if found is None:
                found = make()
                with suppress(OSError, UnicodeError):
                    make_folder(folder)
                    _write(file, found)
                    _drop_old(folder, name)
    return found


@contextmanager
def _alone(folder: Path, name: str) -> Iterator[None]:
    """While one process makes a text, others wait for it; not for ever, and not where nothing can be locked."""
    from filelock import FileLock, Timeout

    path = folder / f"{UNFINISHED}{name}.lock"
    lock = FileLock(path, timeout=LONGEST_WAIT_S)
    with suppress(OSError, Timeout, NotImplementedError):
        make_folder(folder)
        lock.acquire()
    try:
        yield
    finally:
        if lock.is_locked:
            with suppress(OSError):  # while it is held: who opened this file meanwhile sees that it is gone
                path.unlink()
            lock.release()


def kept_folder(room: str) -> Path:
    """Where a room of this program keeps its texts: a folder of that name in the user's cache folder."""
    return expanded(default_cache_folder()) / room


def _key(parts: Iterable[str]) -> str:
    digest = hashlib.sha256()
    for part in (sys.version, *parts):
        digest.update(part.encode("utf-8", "surrogatepass"))
        digest.update(b"\0")
    return digest.hexdigest()[:32]


def _read(file: Path) -> str | None:
    with suppress(OSError, ValueError):
        checksum, text = file.read_bytes().split(b"\n", 1)
        if checksum.decode() == hashlib.sha256(text).hexdigest():
            return text.decode()
    return None


def _write(file: Path, text: str) -> None:
    encoded = text.encode()
    new = file.with_name(f"{UNFINISHED}{file.name}-{os.getpid()}")
    try:
        new.write_bytes(hashlib.sha256(encoded).hexdigest().encode() + b"\n" + encoded)
        new.replace(file)
    except OSError:
        new.unlink(missing_ok=True)
        raise


def _drop_old(folder: Path, name: str) -> None:
    found = sorted(folder.glob(f"{name}.*"), key=lambda file: file.stat().st_mtime_ns, reverse=True)
    for file in found[VERSIONS:]:
        file.unlink(missing_ok=True)
