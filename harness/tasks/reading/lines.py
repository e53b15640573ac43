"""Lines of a text file: packed with gzip or not, UTF-8, or UTF-16 with its mark."""

import codecs
import gzip
import io
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, cast

from harness.errors import TaskError
from harness.tasks.reading.faults import Faults

UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def read_lines(file: Path, faults: Faults, *, every: bool = False) -> Iterator[tuple[int, str]]:
    """Numbered lines that are not blank; parted by newline, or by carriage return as spreadsheets on a Mac write them.

    Nothing else parts them, since JSON strings may hold other separators. What is not UTF-8 is added to `faults`; with
    `every` it comes as far as it can be read, as do blank lines, since a row may go over them. Raises TaskError where
    the file cannot be read to its end.
    """
    try:
        with _open(file) as stream:
            raws = (raw for line in _as_utf8(stream) for raw in line.splitlines())
            for number, raw in enumerate(raws, start=1):
                line = _decode(raw, number, faults)
                if every:
                    yield number, _as_far(raw) if line is None else line
                elif line is not None and line.strip():
                    yield number, line
    except (OSError, EOFError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise TaskError(f"{file} cannot be read ({reason}); a task folder needs it.") from None
    except UnicodeError:
        raise TaskError(f"{file} begins as UTF-16 and does not go on so; save the file as UTF-8.") from None


def _open(file: Path) -> BinaryIO:
    """By what the file begins with and not by its name: browsers unpack a `.gz` and leave its name."""
    with file.open("rb") as stream:
        packed = stream.read(2) == b"\x1f\x8b"
    return cast(BinaryIO, gzip.open(file, "rb")) if packed else file.open("rb")


def _as_utf8(stream: BinaryIO) -> Iterator[bytes]:
    start = cast(io.BufferedReader, stream).peek(2)[:2]
    if start not in UTF16_MARKS:
        yield from stream
        return
    with io.TextIOWrapper(stream, "utf-16", newline="\n") as text:
        for line in text:
            yield line.encode("utf-8", "surrogatepass")


def _decode(raw: bytes, number: int, faults: Faults) -> str | None:
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = "\0"
    if "\0" not in text:
        return text
    faults.add(f"line {number}", _why_not(raw))
    return None


def _as_far(raw: bytes) -> str:
    return raw.replace(b"\0", b"").decode("utf-8-sig", "replace")


def _why_not(raw: bytes) -> str:
    """No JSON and no id holds a zero byte, but every UTF-16 without a mark does, in two bytes out of four or more."""
    few = b"\0" in raw and 4 * raw.count(b"\0") < len(raw)
    if few:
        return "this holds a zero byte, which no text has; remove it"
    return "this is not UTF-8; save the file as UTF-8"
