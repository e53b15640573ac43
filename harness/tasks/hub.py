"""Data sets of the Hugging Face hub in the layouts of BEIR and mteb.

Configurations `corpus` and `queries`, and the judgments in `default` or `qrels`, or in a data set `ORG/NAME-qrels`.
"""

import re
from collections.abc import Callable, Iterator
from typing import TypeVar

from harness.errors import TaskError, UsageError
from harness.tasks.gathered import Gathered
from harness.tasks.reading.faults import Faults
from harness.tasks.reading.records import Row, read_judgments, read_texts

HUB = "hf:"

Read = TypeVar("Read")


def gather_hub(place: str, name: str, split: str | None, cut: int | None) -> Gathered:
    """The texts and judgments of `ORG/NAME` or `ORG/NAME@REVISION`, from the cache of `datasets` or from the hub.

    `split` is that of the judgments, `cut` that of `Gathered`. Raises UsageError for what is no such id or split,
    TaskError where the data cannot be had, is laid out in another way, or has faults.
    """
    repo, revision = parted(place)
    gathered = Gathered(name, cut)
    own = _configs(repo, revision)
    for config, take in (("corpus", gathered.take_documents), ("queries", gathered.take_queries)):
        faults = Faults(f"{HUB}{repo}, {config}")
        take(read_texts(_rows(repo, revision, _named(config, own, repo), split), faults), faults)
    inside: list[str] = [config for config in ("qrels", "default") if config in own]
    if not inside:  # a data set of its own, whose revisions are not those of the texts
        repo, revision = f"{repo}-qrels", None
        inside = _configs(repo, revision)
    faults = Faults(f"{HUB}{repo}, {inside[0]}")
    rows = _rows(repo, revision, inside[0], split, judgments=True)
    gathered.take_judgments(read_judgments(rows, faults), faults)
    return gathered


def parted(place: str) -> tuple[str, str | None]:
    """The id of a data set and its revision. Raises UsageError for what is no id."""
    if not re.fullmatch(r"[\w.-]+/[\w.-]+(@[\w./-]+)?", place):
        raise UsageError(f"{HUB}{place} names no data set; write {HUB}ORG/NAME or {HUB}ORG/NAME@REVISION.")
    repo, _, revision = place.partition("@")
    return repo, revision or None


def _named(config: str, present: list[str], repo: str) -> str:
    if config not in present:
        raise TaskError(
            f"{HUB}{repo} has no configuration {config} (it has {', '.join(present)}); a data set in BEIR's layout has "
            f"corpus and queries."
        )
    return config


def _configs(repo: str, revision: str | None) -> list[str]:
    import datasets

    return _asked(repo, revision, lambda: list(datasets.get_dataset_config_names(repo, revision=revision)))


def _rows(repo: str, revision: str | None, config: str, split: str | None, *, judgments: bool = False) -> Iterator[Row]:
    import datasets

    found = _asked(
        repo, revision, lambda: list(datasets.get_dataset_split_names(repo, config_name=config, revision=revision))
    )
    chosen = _choose(found, split, repo) if judgments else _split_of_texts(found, config, split, repo)
    rows = _asked(repo, revision, lambda: datasets.load_dataset(repo, config, split=chosen, revision=revision))
    return ((f"row {number}", row) for number, row in enumerate(rows, start=1))


def _split_of_texts(found: list[str], config: str, split: str | None, repo: str) -> str:
    """BEIR calls the split of the texts as their configuration; mteb calls it as that of the judgments."""
    return config if config in found else _choose(found, split, repo)


def _choose(found: list[str], split: str | None, repo: str) -> str:
    wanted = split or "test"
    if wanted in found:
        return wanted
    if len(found) == 1 and split is None:
        return found[0]
    raise UsageError(f"{HUB}{repo} has no split {wanted}; set tasks.split to one of: {', '.join(found)}.")


def _asked(repo: str, revision: str | None, ask: Callable[[], Read]) -> Read:
    try:
        return ask()
    except Exception as error:
        # The hub, the network, the cache and a data set's files fail each in their own ways.
        reason = " ".join(str(error).split())[:300].rstrip(".") or type(error).__name__
        of = f" at revision {revision}" if revision else ""
        raise TaskError(
            f"The data set {repo}{of} cannot be had from the hub nor from the cache ({reason}); check its name and the "
            f"connection, or download its files into a folder and name that."
        ) from error
