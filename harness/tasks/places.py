"""What `tasks.paths` names: folders, `hf:ORG/NAME` and `ir_datasets:NAME`; and what their tasks are called."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TypedDict

from harness.settings.home import expanded
from harness.tasks.folder import finish, load_folder
from harness.tasks.hub import HUB, gather_hub, parted
from harness.tasks.ir import IR_DATASETS, gather_ir
from harness.tasks.task import RetrievalTask


class Reading(TypedDict):
    """How whatever a path names is read."""

    split: str | None
    ignore_identical_ids: bool | None
    cut: int | None
    max_queries: int | None
    seed: int
    held_out: bool


def load_place(place: str, name: str, reading: Reading) -> RetrievalTask:
    """The task at a place, under this name. Raises UsageError and TaskError as the loader of its kind does."""
    if place.startswith(HUB):
        source, gather, rest = "hub", gather_hub, place.removeprefix(HUB)
    elif place.startswith(IR_DATASETS):
        source, gather, rest = "ir_datasets", gather_ir, place.removeprefix(IR_DATASETS)
    else:
        return load_folder(Path(place), name=name, **reading)
    return finish(
        gather(rest, name, reading["split"], reading["cut"]),
        source=source,
        ignore_identical_ids=reading["ignore_identical_ids"],
        max_queries=reading["max_queries"],
        seed=reading["seed"],
        held_out=reading["held_out"],
    )


def name_places(places: Sequence[str]) -> list[str]:
    """A name for each place: its last part, and as many parts before it as tell it from the others (`parent-name`).

    The same place twice has one name twice.
    """
    parts = [_parts(place) for place in places]
    length = [1] * len(parts)
    for _ in range(max(map(len, parts), default=0)):
        names = ["-".join(own[-most:]) for own, most in zip(parts, length, strict=True)]
        several = {name for name, times in Counter(names).items() if times > 1}
        alike = {name: {tuple(own) for own, its in zip(parts, names, strict=True) if its == name} for name in several}
        length = [most + (len(alike.get(name, ())) > 1) for most, name in zip(length, names, strict=True)]
    return ["-".join(own[-most:]) for own, most in zip(parts, length, strict=True)]


def _parts(place: str) -> list[str]:
    if place.startswith(HUB):
        return parted(place.removeprefix(HUB))[0].split("/")
    if place.startswith(IR_DATASETS):
        return [IR_DATASETS.rstrip(":"), place.removeprefix(IR_DATASETS)]
    return [part for part in expanded(place).resolve().parts if part != "/"] or ["root"]
