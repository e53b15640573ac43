"""A data set of the hub as a folder that `datasets` reads: the pinned commit, of its files those that are needed."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from harness.errors import HarnessError, TaskError
from harness.hub.part import Part, fetch
from harness.hub.probe import hub_trouble
from harness.hub.trouble import Asked, chain, root, why_absent
from harness.tasks.card import Card, Choose, everything, read_card

_README = "README.md"


@dataclass(frozen=True)
class DataSet:
    """A data set of the hub, and what of it is needed."""

    name: str
    """ORG/NAME, or a folder."""
    revision: str | None
    choose: Choose = everything

    @property
    def part(self) -> Part:
        """The whole repository, as it is asked for."""
        return Part("dataset", self.name, self.revision)


def find_card(data: DataSet) -> tuple[Card, str]:
    """The card of a data set, and the commit that its revision is. Raises the errors of huggingface_hub and of YAML."""
    folder = fetch(replace(data.part, only=(_README,)))
    return read_card(folder / _README), folder.name


def needed_part(data: DataSet) -> Part:
    """The files that are needed, as the card tells them; all where it does not. The card is fetched.

    Raises as `find_card` does.
    """
    card, commit = find_card(data)
    pinned = replace(data.part, revision=commit)
    chosen = data.choose(card.splits)
    return replace(pinned, only=(_README, *card.only(chosen).patterns)) if chosen else pinned


@contextmanager
def opened(data: DataSet) -> Iterator[Path]:
    """The folder, inside the block, in which `datasets` is quiet and keeps its tables only as long.

    Raises as `find_card` does, and the errors of the system.
    """
    folder, viewed = Path(data.name), False
    if not folder.is_dir():
        part = needed_part(data)
        folder, viewed = fetch(part), part.only is not None
    with TemporaryDirectory(prefix="ttc-data-") as temporary, _reading(Path(temporary) / "tables"):
        yield _view(folder, data, Path(temporary) / folder.name) if viewed else folder


def _view(snapshot: Path, data: DataSet, view: Path) -> Path:
    """A folder with the files that are there and a card of these alone.

    `datasets` looks into the first configuration of a card to learn the format of all, needed or not.
    """
    view.mkdir()
    card = read_card(snapshot / _README)
    card.only(data.choose(card.splits)).save(view / _README)
    for file in snapshot.rglob("*"):
        name = file.relative_to(snapshot)
        if file.is_file() and name != Path(_README):
            (view / name.parent).mkdir(parents=True, exist_ok=True)
            (view / name).symlink_to(file.resolve())
    return view


@contextmanager
def told(asked: Asked) -> Iterator[None]:
    """Errors inside the block become one TaskError that says why there is no such data; those of ours stay."""
    try:
        yield
    except HarnessError:
        raise
    except Exception as error:
        # The hub, the network, the cache, the files and the loaders that tasks bring fail each in their own ways.
        said = why_absent(error, asked) or f"The {asked.what} cannot be read ({root(chain(error))}); choose another."
        raise TaskError(said) from error


@contextmanager
def _reading(tables: Path) -> Iterator[None]:
    """`datasets` and `mteb` say nothing inside the block, keep their tables in this folder, and ask no hub that fails.

    What was read is on this machine already; a loader that a task brings may ask for more.
    """
    import datasets
    from huggingface_hub import constants

    untyped: Any = datasets
    level, bars, cache = (
        untyped.logging.get_verbosity(),
        untyped.are_progress_bars_disabled(),
        untyped.config.HF_DATASETS_CACHE,
    )
    mteb = logging.getLogger("mteb")
    of_mteb, offline = mteb.level, (constants.HF_HUB_OFFLINE, untyped.config.HF_HUB_OFFLINE)
    untyped.logging.set_verbosity_error()
    mteb.setLevel(logging.ERROR)
    untyped.disable_progress_bars()
    untyped.config.HF_DATASETS_CACHE = tables
    if hub_trouble() is not None:
        constants.HF_HUB_OFFLINE = untyped.config.HF_HUB_OFFLINE = True
    try:
        yield
    finally:
        constants.HF_HUB_OFFLINE, untyped.config.HF_HUB_OFFLINE = offline
        untyped.config.HF_DATASETS_CACHE = cache
        untyped.logging.set_verbosity(level)
        mteb.setLevel(of_mteb)
        if not bars:
            untyped.enable_progress_bars()
