"""Which file of a folder is read, and how."""

from collections.abc import Iterator
from pathlib import Path

from harness.errors import TaskError, UsageError
from harness.tasks.reading.faults import Faults
from harness.tasks.reading.json_lines import read_json
from harness.tasks.reading.parquet import read_parquet
from harness.tasks.reading.records import Row
from harness.tasks.reading.table import read_table

TEXTS = (".jsonl", ".jsonl.gz", ".json", ".json.gz", ".parquet")
TABLES = (".tsv", ".tsv.gz", ".csv", ".csv.gz", ".txt", ".txt.gz", ".qrels", ".trec")
JUDGMENTS = (TABLES[0], *TEXTS, *TABLES[1:])


def texts_file(folder: Path, stem: str) -> Path:
    """The file `stem` of the folder, in the first of the formats that is there; `stem.jsonl` where none is.

    Raises TaskError where it is there in other formats alone.
    """
    file = next((folder / f"{stem}{ending}" for ending in TEXTS if (folder / f"{stem}{ending}").is_file()), None)
    others = sorted(other.name for other in folder.glob(f"{stem}.*"))
    if file is None and others:
        raise TaskError(
            f"{folder} has {', '.join(others)}, which is no format of texts; write {stem}.jsonl with one JSON object "
            f"with _id and text per line, or {stem}.parquet."
        )
    return file or folder / f"{stem}.jsonl"


def judgments_file(folder: Path, split: str | None) -> Path:
    """The file `split` in the folder's `qrels/`; without a split `test` or the only one there is.

    Raises TaskError where there are no judgments, UsageError where a split is to be chosen.
    """
    splits = _splits(folder / "qrels")
    names = ", ".join(splits)
    if not splits:
        alone = _splits(folder).get("qrels")
        if alone is not None and split is None:
            return alone
        raise TaskError(f"{folder / 'qrels'} has no .tsv file; add judgments as {folder / 'qrels' / 'test.tsv'}.")
    if split is not None:
        if split not in splits:
            raise UsageError(f"{folder / 'qrels'} has no {split}.tsv; set tasks.split to one of: {names}.")
        return splits[split]
    if len(splits) > 1 and "test" not in splits:
        raise UsageError(f"{folder / 'qrels'} has several files and no test.tsv; set tasks.split to one of: {names}.")
    return splits.get("test") or next(iter(splits.values()))


def unread_twins(file: Path) -> list[str]:
    """Names of the files beside this one that differ from it in their format alone, and are not read."""
    known = (file.with_name(f"{_stem(file)}{ending}") for ending in JUDGMENTS)
    return [twin.name for twin in known if twin != file and twin.is_file()]


def read_rows(file: Path, faults: Faults) -> Iterator[Row]:
    """The records of a file by the ending of its name. Raises TaskError where the file cannot be read."""
    name = file.name.removesuffix(".gz")
    if name.endswith(".parquet"):
        return read_parquet(file)
    return read_json(file, faults) if name.endswith((".json", ".jsonl")) else read_table(file, faults)


def _splits(folder: Path) -> dict[str, Path]:
    """Name of the split to its file, by name; of several with one name the one whose ending comes first."""
    found: dict[str, Path] = {}
    for ending in JUDGMENTS:
        for file in sorted(folder.glob(f"*{ending}")):
            if file.name.lower() != "readme.txt":
                found.setdefault(_stem(file), file)
    return dict(sorted(found.items()))


def _stem(file: Path) -> str:
    known = sorted((ending for ending in JUDGMENTS if file.name.endswith(ending)), key=len)
    return file.name.removesuffix(known[-1])
