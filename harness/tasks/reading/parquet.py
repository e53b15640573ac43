"""Parquet files."""

from collections.abc import Iterator
from pathlib import Path

from harness.errors import TaskError
from harness.tasks.reading.records import Row


def read_parquet(file: Path) -> Iterator[Row]:
    """Records with the numbers of their rows, from 1. Raises TaskError where the file is no parquet."""
    try:
        import pyarrow as arrow
        from pyarrow import parquet
    except ImportError:
        raise TaskError(f"{file} needs pyarrow to be read; `pip install pyarrow`, or write JSON lines.") from None
    number = 0
    try:
        with parquet.ParquetFile(file) as stream:
            for batch in stream.iter_batches():
                for record in batch.to_pylist():
                    number += 1
                    yield f"row {number}", record
    except (OSError, arrow.ArrowException) as error:
        reason = getattr(error, "strerror", None) or str(error).splitlines()[0].rstrip(".")
        raise TaskError(f"{file} cannot be read ({reason}); a task folder needs it as a Parquet file.") from None
