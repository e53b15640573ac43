"""What runs need of the hub, how much that is, and fetching it."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.encoders.placed import needed_of_encoder
from harness.errors import EncoderError, JobError, TaskError
from harness.hub.part import fetch, list_files
from harness.hub.probe import hub_trouble
from harness.hub.trouble import Asked, why_absent
from harness.settings import Settings
from harness.tasks.needed import needed_of_tasks


@dataclass(frozen=True)
class Need:
    """A part of the hub, and how much of it is not here yet."""

    asked: Asked
    files: int
    bytes: int
    """Of all its files."""
    missing: int
    """Bytes of those that are to be fetched."""


def find_needs(runs: Sequence[Settings]) -> list[Need]:
    """What runs of these settings need, tasks first, each part once; cards of data sets are fetched to know.

    Raises UsageError for a wrong setting, JobError where the hub cannot be used, TaskError and EncoderError for what it
    does not have.
    """
    trouble = hub_trouble()
    if trouble is not None:
        raise JobError(f"The hub cannot be used ({trouble}); run this where there is a network.")
    of_tasks = [asked for settings in runs[:1] for asked in needed_of_tasks(settings.tasks)]
    of_models = [asked for settings in runs for asked in needed_of_encoder(settings.encoder)]
    return [_measured(asked) for asked in dict.fromkeys([*of_tasks, *of_models])]


def _measured(asked: Asked) -> Need:
    listed = list_files(asked.part)
    return Need(
        asked, len(listed), sum(file.bytes for file in listed), sum(file.bytes for file in listed if not file.here)
    )


def require_space(needs: Sequence[Need]) -> None:
    """Raise JobError where the disk of the hub's cache has less room than the parts need."""
    from huggingface_hub import constants

    wanted, folder = sum(need.missing for need in needs), Path(constants.HF_HUB_CACHE).expanduser()
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    if wanted > free:
        raise JobError(
            f"{readable(wanted)} are to be fetched and {readable(free)} are free in {folder}; free some, or set "
            "HF_HOME to a larger disk."
        )


def fetch_need(need: Need) -> None:
    """Fetch what is missing. Raises TaskError or EncoderError, one sentence, where it cannot be had."""
    try:
        fetch(need.asked.part)
    except Exception as error:  # the hub, the network and the disk fail each in their own ways
        kind = EncoderError if need.asked.part.kind == "model" else TaskError
        raise kind(why_absent(error, need.asked) or f"The {need.asked.what} could not be fetched ({error}).") from error


def readable(size: int) -> str:
    """Bytes as people read them."""
    for unit, step in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if size >= step:
            return f"{size / step:,.1f} {unit}"
    return f"{size} bytes"
