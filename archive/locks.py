"""One process at a time: a lock that ends with the process which holds it, however that ends."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from archive.errors import ArchiveError

UNKNOWN = (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.EINVAL, errno.EIO)
"""What the system says to who asks a lock of a disk that has none."""


def no_locks(path: Path, error: Exception) -> str:
    """What to tell a person of a disk that knows no locks."""
    return (
        f"The disk of {path} cannot lock files as a local one does ({error}); keep the archive on one "
        "of this machine, and copy it from there when the run is done."
    )


@contextmanager
def held(path: Path, sentence: str) -> Iterator[None]:
    """Hold the lock whose file is `path`. Raises ArchiveError with the sentence where another process has it."""
    from filelock import FileLock, Timeout

    lock = FileLock(path, blocking=False)
    try:
        lock.acquire()
    except Timeout:
        raise ArchiveError(sentence) from None
    except NotImplementedError as error:
        raise ArchiveError(no_locks(path, error)) from error
    except OSError as error:
        if error.errno not in UNKNOWN:
            raise
        raise ArchiveError(no_locks(path, error)) from error
    try:
        yield
    finally:
        with suppress(OSError):  # no file may be removed under its lock on some systems; it means nothing then
            path.unlink()  # while it is held: who opened this file meanwhile sees that it is gone
        lock.release()
