"""What documentation tasks are made of, kept in a folder: reading packages takes seconds, reading a file no time.

A file is named by everything that goes into it: the task, the sources it is read from, Python and our own code. It is
believed if its checksum fits, and written under another name first, so that several processes may share the folder.
"""

import hashlib
import json
import os
import sys
from collections.abc import Iterable
from contextlib import suppress
from functools import cache
from pathlib import Path

from harness.settings.home import make_folder
from harness.tasks.documentation.material import Material

VERSIONS = 4
"""Files kept of each task, the newest: so many environments may share the folder."""


def key_of(name: str, sources: Iterable[str]) -> str:
    """The key of a task that is read from `sources`, each with what tells it from a changed one; 32 characters."""
    digest = hashlib.sha256()
    for part in (name, sys.version, _our_code(), *sources):
        digest.update(part.encode("utf-8", "surrogatepass"))
        digest.update(b"\0")
    return digest.hexdigest()[:32]


class Kept:
    """Materials of tasks in `folder`; where that cannot be read or written, nothing is kept and nothing fails."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, name: str, key: str) -> Material | None:
        """The material kept under this key; None where there is none, or a damaged one."""
        with suppress(OSError, ValueError, KeyError):
            checksum, text = self._file(name, key).read_bytes().split(b"\n", 1)
            if checksum.decode() == hashlib.sha256(text).hexdigest():
                return _material(text)
        return None

    def write(self, name: str, key: str, material: Material) -> None:
        """Keep a material, and of older ones of this task the newest."""
        text = json.dumps(
            {
                "queries": dict(material.queries),
                "documents": dict(material.documents),
                "relevant": {query: sorted(documents) for query, documents in material.relevant.items()},
            }
        ).encode()
        file = self._file(name, key)
        new = file.with_suffix(f".{os.getpid()}")
        with suppress(OSError):
            make_folder(self._folder)
            new.write_bytes(hashlib.sha256(text).hexdigest().encode() + b"\n" + text)
            new.replace(file)
            self._drop_old(name)

    def _drop_old(self, name: str) -> None:
        kept = sorted(self._folder.glob(f"{name}.*"), key=lambda file: file.stat().st_mtime_ns, reverse=True)
        for file in kept[VERSIONS:]:
            file.unlink(missing_ok=True)

    def _file(self, name: str, key: str) -> Path:
        return self._folder / f"{name}.{key}.json"


def _material(text: bytes) -> Material:
    read = json.loads(text)
    relevant = {query: frozenset(documents) for query, documents in read["relevant"].items()}
    return Material(read["queries"], read["documents"], relevant)


@cache
def _our_code() -> str:
    """A hash of this room's source."""
    digest = hashlib.sha256()
    for file in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(file.read_bytes())
    return digest.hexdigest()
