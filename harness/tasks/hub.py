"""Data sets of the Hugging Face hub in the layouts of BEIR and mteb.

Configurations `corpus` and `queries`, and the judgments in `default` or `qrels`, or in a data set `ORG/NAME-qrels`.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from harness.errors import TaskError, UsageError
from harness.hub.trouble import Asked
from harness.tasks.card import Splits, some
from harness.tasks.data_set import DataSet, find_card, needed_part, opened, told
from harness.tasks.gathered import Gathered
from harness.tasks.reading.faults import Faults
from harness.tasks.reading.judgments import read_judgments
from harness.tasks.reading.records import Row, read_texts

HUB = "hf:"

_TEXTS = ("corpus", "queries")
_JUDGMENTS = ("qrels", "default")

ChooseSplit = Callable[[list[str], str, str | None, str], str]
"""The splits found, the configuration, the split asked for and the data set to the split to read."""


def gather_hub(place: str, name: str, split: str | None, cut: int | None) -> Gathered:
    """The texts and judgments of `ORG/NAME` or `ORG/NAME@REVISION`, from this machine or from the hub.

    `split` is that of the judgments, `cut` that of `Gathered`. Raises UsageError for what is no such id or split,
    TaskError where the data cannot be had, is laid out in another way, or has faults.
    """
    gathered = Gathered(name, cut)
    texts = _texts_of(place, split)
    with told(_asked(texts, place)), opened(texts) as folder:
        own = _configurations(folder)
        _require_texts(texts.name, own)
        for config, take in zip(_TEXTS, (gathered.take_documents, gathered.take_queries), strict=True):
            faults = Faults(f"{HUB}{texts.name}, {config}")
            take(read_texts(_rows(folder, config, _split_of_texts, split, texts.name), faults), faults)
        inside = [config for config in _JUDGMENTS if config in own]
        if inside:
            _take_judgments(gathered, folder, inside[0], split, texts.name)
            return gathered
    judged = _judgments_of(texts)
    with told(_asked(judged, place)), opened(judged) as folder:
        _take_judgments(gathered, folder, _configurations(folder)[0], split, judged.name)
    return gathered


def needed_of_hub(place: str, split: str | None) -> list[Asked]:
    """What of the hub a place needs. Raises as `gather_hub` does."""
    texts = _texts_of(place, split)
    asked = _asked(texts, place)
    with told(asked):
        own = list(find_card(texts)[0].files)
        parts = [replace(asked, part=needed_part(texts))]
    if own and not set(own) & set(_JUDGMENTS):
        judged = _judgments_of(texts)
        asked = _asked(judged, place)
        with told(asked):
            parts.append(replace(asked, part=needed_part(judged)))
    return parts


def parted(place: str) -> tuple[str, str | None]:
    """The id of a data set and its revision. Raises UsageError for what is no id."""
    if not re.fullmatch(r"[\w.-]+/[\w.-]+(@[\w./-]+)?", place):
        raise UsageError(f"{HUB}{place} names no data set; write {HUB}ORG/NAME or {HUB}ORG/NAME@REVISION.")
    repo, _, revision = place.partition("@")
    return repo, revision or None


def _texts_of(place: str, split: str | None) -> DataSet:
    repo, revision = parted(place)
    choose = some(*_TEXTS, *_JUDGMENTS, split=split or "test")

    def chosen(splits: Splits) -> Splits:
        if splits:  # otherwise the card tells nothing, and the files will
            _require_texts(repo, list(splits))
        return choose(splits)

    return DataSet(repo, revision, chosen)


def _judgments_of(texts: DataSet) -> DataSet:
    """The data set of judgments alone; its revisions are not those of the texts."""
    return DataSet(f"{texts.name}-qrels", None)


def _asked(data: DataSet, place: str) -> Asked:
    texts = parted(place)[0]
    where = "" if data.name == texts else f", where the judgments of {texts} are looked for,"
    return Asked(
        part=data.part,
        what=f"data set {data.name}{where}",
        name_from="tasks.paths, or give the path of a folder",
        revision_from="tasks.paths",
        command=f'`scripts/prefetch tasks=folder "tasks.paths=[{HUB}{place}]"`',
    )


def _require_texts(repo: str, own: Sequence[str]) -> None:
    for config in _TEXTS:
        if config not in own:
            raise TaskError(
                f"{HUB}{repo} has no configuration {config} (it has {', '.join(own)}); a data set in BEIR's layout has "
                f"corpus and queries."
            )


def _take_judgments(gathered: Gathered, folder: Path, config: str, split: str | None, repo: str) -> None:
    faults = Faults(f"{HUB}{repo}, {config}")
    gathered.take_judgments(read_judgments(_rows(folder, config, _choose, split, repo), faults), faults)


def _configurations(folder: Path) -> list[str]:
    import datasets

    return list(datasets.get_dataset_config_names(str(folder)))


def _rows(folder: Path, config: str, choose: ChooseSplit, split: str | None, repo: str) -> Iterator[Row]:
    import datasets

    found = list(datasets.get_dataset_split_names(str(folder), config_name=config))
    rows = datasets.load_dataset(str(folder), config, split=choose(found, config, split, repo))
    return ((f"row {number}", row) for number, row in enumerate(rows, start=1))


def _split_of_texts(found: list[str], config: str, split: str | None, repo: str) -> str:
    """BEIR calls the split of the texts as their configuration; mteb calls it as that of the judgments."""
    return config if config in found else _choose(found, config, split, repo)


def _choose(found: list[str], config: str, split: str | None, repo: str) -> str:
    wanted = split or "test"
    if wanted in found:
        return wanted
    if len(found) == 1 and split is None:
        return found[0]
    raise UsageError(f"{HUB}{repo} has no split {wanted}; set tasks.split to one of: {', '.join(found)}.")
