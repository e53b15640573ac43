"""Which file of a folder is read, and how."""

import re
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path

from harness.errors import TaskError, UsageError
from harness.tasks.reading.faults import Faults
from harness.tasks.reading.json_lines import read_json
from harness.tasks.reading.parquet import read_parquet
from harness.tasks.reading.records import Row, listed
from harness.tasks.reading.table import read_table

TEXTS = (".jsonl", ".jsonl.gz", ".json", ".json.gz", ".parquet", ".tsv", ".tsv.gz", ".csv", ".csv.gz")
TABLES = (".tsv", ".tsv.gz", ".csv", ".csv.gz", ".txt", ".txt.gz", ".qrels", ".trec")
JUDGMENTS = tuple(dict.fromkeys((TABLES[0], *TEXTS, *TABLES)))
JUDGED_IN = ("qrels", "default")
"""Folders of judgments: as BEIR and as mteb call them."""
ReadTable = Callable[[Path, Faults], Iterator[Row]]
_PART = re.compile(r"-(\d+)-of-(\d+)(?=\.)")
"""How the parts of a large file are numbered on the hub: `corpus-00000-of-00002.parquet`."""
_POINTER = b"version https://git-lfs"


def texts_file(folder: Path, stem: str, split: str | None = None) -> Path:
    """The file `stem` of the folder, in the first of the formats that is there; `stem.jsonl` where none is.

    As data sets of the hub lie on a disk, it may be in a folder `stem`, under that name or the one of the `split`.
    Raises TaskError where it is there in other formats alone, UsageError where a split is to be chosen.
    """
    file = next((folder / f"{stem}{ending}" for ending in TEXTS if (folder / f"{stem}{ending}").is_file()), None)
    parts = _splits(folder / stem)
    if file is None and parts:
        return parts.get(stem) or _chosen(folder / stem, parts, split)
    others = sorted(other.name for other in folder.glob(f"{stem}.*"))
    if file is None and others:
        raise TaskError(
            f"{folder} has {', '.join(others)}, which is no format of texts; write {stem}.jsonl with one JSON object "
            f"with _id and text per line, save a spreadsheet as {stem}.csv with these columns, or write {stem}.parquet."
        )
    return file or folder / f"{stem}.jsonl"


def judgments_file(folder: Path, split: str | None) -> Path:
    """The file `split` in the folder's `qrels/`; without a split `test` or the only one there is.

    Raises TaskError where there are no judgments, UsageError where a split is to be chosen.
    """
    judged = next((folder / name for name in JUDGED_IN if _splits(folder / name)), folder / JUDGED_IN[0])
    splits = _splits(judged)
    if not splits:
        alone = _splits(folder).get("qrels")
        if alone is not None and split is None:
            return alone
        if alone is not None:
            raise UsageError(f"tasks.split={split} reads {judged / f'{split}.tsv'}; leave it out to read {alone}.")
        where = judged if judged.is_dir() else folder
        others = sorted(file.name for file in where.glob("[!.]*.*"))
        found = f" (it has {listed(others)})" if others else ""
        raise TaskError(
            f"{where} holds no judgments{found}; write them as {judged / 'test.tsv'} or {folder / 'qrels.csv'}, beside "
            "the texts in corpus.csv or corpus.jsonl and queries.csv or queries.jsonl."
        )
    return _chosen(judged, splits, split)


def _chosen(folder: Path, splits: dict[str, Path], split: str | None) -> Path:
    names = ", ".join(splits)
    if split is not None:
        if split not in splits:
            raise UsageError(f"{folder} has no {split}.tsv; set tasks.split to one of: {names}.")
        return splits[split]
    if len(splits) > 1 and "test" not in splits:
        raise UsageError(f"{folder} has several files and no test.tsv; set tasks.split to one of: {names}.")
    return splits.get("test") or next(iter(splits.values()))


def unread_twins(file: Path) -> list[str]:
    """Names of the files beside this one that differ from it in their format alone, and are not read."""
    known = (file.with_name(f"{_stem(file)}{ending}") for ending in JUDGMENTS)
    return [twin.name for twin in known if twin != file and twin.is_file()]


def read_rows(file: Path, faults: Faults, table: ReadTable = read_table) -> Iterator[Row]:
    """The records of a file and of the parts that go on from it, by the ending of its name; `table` reads tables.

    Raises TaskError where a file cannot be read, or is a pointer that Git LFS left in its place.
    """
    return chain.from_iterable(_read(part, faults, table) for part in _parts(file))


def _read(file: Path, faults: Faults, table: ReadTable) -> Iterator[Row]:
    if file.is_file():
        with file.open("rb") as stream:
            if stream.read(len(_POINTER)) == _POINTER:
                raise TaskError(f"{file} is a pointer of Git LFS and holds no data; fetch it with `git lfs pull`.")
    name = file.name.removesuffix(".gz")
    if name.endswith(".parquet"):
        return read_parquet(file)
    return read_json(file, faults) if name.endswith((".json", ".jsonl")) else table(file, faults)


def _parts(file: Path) -> list[Path]:
    found = _PART.search(file.name)
    if found is None:
        return [file]
    digits, count = len(found[1]), int(found[2])
    names = (f"{file.name[: found.start(1)]}{number:0{digits}}{file.name[found.end(1) :]}" for number in range(count))
    return [file.with_name(name) for name in names]


def _splits(folder: Path) -> dict[str, Path]:
    """Name of the split to its file, by name; of several with one name the one whose ending comes first.

    Hidden files are not looked at: copying on a Mac leaves `._test.tsv` beside `test.tsv`. Of a file in numbered parts
    the first that is there stands for all.
    """
    found: dict[str, Path] = {}
    for ending in JUDGMENTS:
        for file in sorted(folder.glob(f"*{ending}")):
            if file.name.lower() != "readme.txt" and not file.name.startswith("."):
                found.setdefault(_stem(file), file)
    return dict(sorted(found.items()))


def _stem(file: Path) -> str:
    whole = _PART.sub("", file.name)
    known = sorted((ending for ending in JUDGMENTS if whole.endswith(ending)), key=len)
    return whole.removesuffix(known[-1])
