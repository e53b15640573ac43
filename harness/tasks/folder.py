"""Tasks from folders in BEIR layout: `corpus.jsonl`, `queries.jsonl`, `qrels/SPLIT.tsv` (Thakur et al., 2021).

The other formats of these files are in `reading.files`. The faults of a file are one TaskError that names it and lines.
"""

import re
from pathlib import Path

from harness.errors import UsageError
from harness.settings.home import expanded
from harness.tasks.gathered import Gathered, asks_with_documents
from harness.tasks.reading.faults import Faults
from harness.tasks.reading.files import judgments_file, read_rows, texts_file, unread_twins
from harness.tasks.reading.judgments import read_judgments
from harness.tasks.reading.records import read_texts
from harness.tasks.reading.sheet import read_sheet
from harness.tasks.task import RetrievalTask, make_task

_PACKED = (".zip", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".zst")


def load_folder(
    path: Path,
    *,
    name: str | None = None,
    split: str | None = None,
    ignore_identical_ids: bool | None = None,
    cut: int | None = None,
    max_queries: int | None = None,
    seed: int = 0,
    held_out: bool = False,
) -> RetrievalTask:
    """Read one folder; its own name is the task's unless another is given.

    Without `ignore_identical_ids` the texts decide, see `asks_with_documents`; `cut` is that of `Gathered`. Raises
    UsageError when there is no such folder, TaskError (file and lines) for what is wrong inside it.
    """
    folder = expanded(path)
    if not folder.is_dir():
        raise UsageError(_no_folder(path))
    gathered = gather_folder(folder, name or folder.resolve().name, split, cut)
    return finish(
        gathered,
        source="folder",
        ignore_identical_ids=ignore_identical_ids,
        max_queries=max_queries,
        seed=seed,
        held_out=held_out,
    )


def _no_folder(path: Path) -> str:
    wanted = "tasks.paths names folders with corpus.jsonl, queries.jsonl, qrels/"
    if re.match(r"https?:/", str(path)):
        return f"{path} is an address, and {wanted}, or data sets of the hub as hf:ORG/NAME; download it first."
    if path.expanduser().is_file():
        unpacked = "unpack it first" if path.suffix in _PACKED else "name its folder"
        return f"{path} is a file, and {wanted}; {unpacked}."
    return f"There is no folder {path}; {wanted}."


def gather_folder(folder: Path, name: str, split: str | None, cut: int | None) -> Gathered:
    """The texts and judgments of a folder. Raises as `load_folder` does."""
    gathered = Gathered(name, cut)
    corpus, queries = (texts_file(folder, stem, split) for stem in ("corpus", "queries"))
    judgments = judgments_file(folder, split)
    for file, take in ((corpus, gathered.take_documents), (queries, gathered.take_queries)):
        faults = Faults(file)
        take(read_texts(read_rows(file, faults, read_sheet), faults), faults)
    faults = Faults(judgments)
    gathered.take_judgments(read_judgments(read_rows(judgments, faults), faults), faults)
    for file in (corpus, queries, judgments):
        gathered.told += [f"{file.name} is read, {twin} is not" for twin in unread_twins(file)]
    return gathered


def finish(
    gathered: Gathered,
    *,
    source: str,
    ignore_identical_ids: bool | None,
    max_queries: int | None,
    seed: int,
    held_out: bool,
) -> RetrievalTask:
    """The task of what was gathered. Raises TaskError where nothing is left."""
    if ignore_identical_ids is None:
        ignore_identical_ids = asks_with_documents(gathered.queries, gathered.documents, gathered.qrels)
    return make_task(
        name=gathered.name,
        source=source,
        queries=gathered.queries,
        documents=gathered.documents,
        qrels=gathered.qrels,
        description=f"Find the documents judged relevant in {gathered.name}.",
        domain=source,
        held_out=held_out,
        ignore_identical_ids=ignore_identical_ids,
        max_queries=max_queries,
        seed=seed,
        notes=gathered.notes,
    )
