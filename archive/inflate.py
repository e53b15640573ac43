"""Unpack what was compressed, up to a bound: a few kilobytes of an archive from elsewhere may hold gigabytes."""

import zlib

from archive.errors import ArchiveError

MOST = 32 * 1024**2
"""Bytes of a request or a response; the longest prompts have a few million."""


def inflate(blob: bytes) -> bytes:
    """Undo `zlib.compress`. Raises ArchiveError where that is impossible or gives more than MOST bytes."""
    unpacker = zlib.decompressobj()
    try:
        data = unpacker.decompress(blob, MOST)
    except zlib.error as error:
        raise ArchiveError(f"The archive holds an exchange with a model that cannot be unpacked ({error}).") from error
    if unpacker.unconsumed_tail or not unpacker.eof:
        raise too_long() if unpacker.unconsumed_tail else ArchiveError("The archive holds a part of an exchange.")
    return data


def too_long() -> ArchiveError:
    """What to tell a person of an exchange that is too long to be one."""
    return ArchiveError(f"The archive holds an exchange with a model of more than {MOST >> 20} MB; it is not read.")
