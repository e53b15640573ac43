"""One process at a time: a lock that ends with the process which holds it, however that ends."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from archive.errors import ArchiveError


@contextmanager
def held(path: Path, sentence: str) -> Iterator[None]:
    """Hold the lock whose file is `path`. Raises ArchiveError with the sentence where another process has it."""
    from filelock import FileLock, Timeout

    lock = FileLock(path, blocking=False)
    try:
        lock.acquire()
    except Timeout:
        raise ArchiveError(sentence) from None
    try:
        yield
    finally:
        with suppress(OSError):  # no file may be removed under its lock on some systems; it means nothing then
            path.unlink()  # while it is held: who opened this file meanwhile sees that it is gone
        lock.release()
