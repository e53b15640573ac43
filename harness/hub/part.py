"""A part of a repository of the hub, as a folder on this machine."""

import logging
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from harness.hub.probe import hub_trouble


@dataclass(frozen=True)
class Part:
    """Some files of a repository, at a revision."""

    kind: Literal["model", "dataset"]
    name: str
    """ORG/NAME."""
    revision: str | None = None
    """A commit, a branch or a tag; None is the newest commit."""
    only: tuple[str, ...] | None = None
    """Patterns of the files that belong to it, where `*` also stands for slashes; None: all."""
    without: tuple[str, ...] = ()
    """Patterns of files that do not."""


@dataclass(frozen=True)
class ListedFile:
    """A file of a part, as the hub lists it."""

    name: str
    bytes: int
    here: bool
    """Whether it is on this machine."""


def fetch(part: Part) -> Path:
    """The folder of the part's commit, with its files; they are fetched where the hub can be used.

    Raises the errors of huggingface_hub and of the system.
    """
    return Path(_snapshot(part, local_files_only=hub_trouble() is not None))


def list_files(part: Part) -> list[ListedFile]:
    """What the part consists of, as the hub says. Raises as `fetch` does."""
    listed = _snapshot(part, dry_run=True)
    return [ListedFile(one.filename, one.file_size or 0, not one.will_download) for one in listed]


def _snapshot(part: Part, **how: Any) -> Any:
    from huggingface_hub import snapshot_download

    with _without_notices():
        return snapshot_download(
            part.name,
            repo_type=part.kind,
            revision=part.revision,
            cache_dir=os.environ.get("SENTENCE_TRANSFORMERS_HOME") if part.kind == "model" else None,
            allow_patterns=None if part.only is None else list(part.only),
            ignore_patterns=list(part.without),
            tqdm_class=_bar(),
            **how,
        )


@contextmanager
def _without_notices() -> Iterator[None]:
    """The library tells of no retry inside the block: what comes of them is told in one sentence."""
    library = logging.getLogger("huggingface_hub")
    before = library.level
    library.setLevel(logging.ERROR)
    try:
        yield
    finally:
        library.setLevel(before)


def _bar() -> Any:
    """The library's progress bar, for what takes more than a second; gone when done, and none without a terminal."""
    from huggingface_hub import utils

    library: Any = utils

    class Bar(library.tqdm):  # type: ignore[misc]
        def __init__(self, *arguments: Any, **named: Any) -> None:
            shown = {"disable": named.get("disable") or None, "leave": False, "delay": 1}
            super().__init__(*arguments, **{**named, **shown})

        def refresh(self, *arguments: Any, **named: Any) -> Any:
            early = not self.disable and time.time() < self.start_t + self.delay
            return False if early else super().refresh(*arguments, **named)

    return Bar
