"""Tasks from folders in BEIR layout: `corpus.jsonl`, `queries.jsonl`, `qrels/SPLIT.tsv` (Thakur et al., 2021).

Every fault of a file is a TaskError that names the file and the line.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from harness.errors import TaskError, UsageError
from harness.tasks.task import RetrievalTask, make_task


def folder_name(path: Path) -> str:
    """Name of the task in `path`: the folder's own name."""
    return path.expanduser().resolve().name


def load_folder(
    path: Path,
    *,
    split: str | None = None,
    ignore_identical_ids: bool | None = None,
    max_queries: int | None = None,
    seed: int = 0,
    held_out: bool = False,
) -> RetrievalTask:
    """Read one folder; without `ignore_identical_ids` the texts decide, see `asks_with_documents`.

    Raises UsageError when there is no such folder, TaskError (file and line) for anything wrong inside it.
    """
    folder = path.expanduser()
    if not folder.is_dir():
        raise UsageError(
            f"There is no folder {path}; tasks.paths names folders with corpus.jsonl, queries.jsonl, qrels/."
        )
    name = folder_name(folder)
    documents = _read_texts(folder / "corpus.jsonl")
    queries = _read_texts(folder / "queries.jsonl")
    qrels = _read_qrels(_qrels_file(folder / "qrels", split), queries, documents)
    return make_task(
        name=name,
        source="folder",
        queries=queries,
        documents=documents,
        qrels=qrels,
        description=f"Find the documents judged relevant in {name}.",
        domain="folder",
        held_out=held_out,
        ignore_identical_ids=asks_with_documents(queries, documents, qrels)
        if ignore_identical_ids is None
        else ignore_identical_ids,
        max_queries=max_queries,
        seed=seed,
    )


def asks_with_documents(
    queries: Mapping[str, str], documents: Mapping[str, str], qrels: Mapping[str, Mapping[str, int]]
) -> bool:
    """Whether queries are documents of the collection, as in ArguAna and Quora, where they would find themselves.

    So it is where half of the judged queries or more stand, white space and case apart, in the document that has their
    own id, and none of them is judged to be found there. Equal ids of other texts say nothing: many count from 1.
    """
    own = [query for query in qrels if query in documents and _folded(queries[query]) in _folded(documents[query])]
    return 2 * len(own) >= len(qrels) > 0 and not any(qrels[query].get(query, 0) for query in own)


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()


def _read_texts(file: Path) -> dict[str, str]:
    """Id to text of one JSON-lines file; a title stands before its text, as mteb joins them."""
    texts: dict[str, str] = {}
    for number, line in _lines(file):
        where = f"{file}, line {number}"
        record = _json_object(line, where)
        identifier = _identifier(record, where)
        if identifier in texts:
            raise TaskError(f"{where}: the id {identifier!r} stands here for the second time; ids must be unique.")
        texts[identifier] = _text(record, where)
    if not texts:
        raise TaskError(f"{file} is empty; it needs one JSON object with _id and text per line.")
    return texts


def _json_object(line: str, where: str) -> dict[str, object]:
    try:
        record = json.loads(line)
    except (json.JSONDecodeError, RecursionError) as error:
        raise TaskError(f"{where}: this is not JSON ({error}); write one object with _id and text per line.") from None
    if not isinstance(record, dict):
        raise TaskError(f"{where}: expected a JSON object with _id and text, found {type(record).__name__}.")
    return record


def _identifier(record: dict[str, object], where: str) -> str:
    identifier = record.get("_id")
    if isinstance(identifier, bool) or not isinstance(identifier, str | int) or identifier == "":
        raise TaskError(f"{where}: _id must be a string that is not empty, found {identifier!r}.")
    return str(identifier)


def _text(record: dict[str, object], where: str) -> str:
    parts = []
    for key in ("title", "text"):
        part = record.get(key)
        if part is None and key == "title":
            continue
        if not isinstance(part, str):
            raise TaskError(f"{where}: {key} must be a string, found {type(part).__name__}.")
        parts.append(part)
    text = " ".join(part for part in parts if part).strip()
    if not text:
        raise TaskError(f"{where}: the text is empty; write a text or remove the line.")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise TaskError(
            f"{where}: the text holds half of a surrogate pair, which no tokenizer reads; repair it."
        ) from None
    return text


def _qrels_file(folder: Path, split: str | None) -> Path:
    files = sorted(folder.glob("*.tsv"))
    names = ", ".join(file.stem for file in files)
    if not files:
        raise TaskError(f"{folder} has no .tsv file; add judgments as {folder / 'test.tsv'}.")
    if split is not None:
        if folder / f"{split}.tsv" not in files:
            raise UsageError(f"{folder} has no {split}.tsv; set tasks.split to one of: {names}.")
        return folder / f"{split}.tsv"
    if len(files) == 1:
        return files[0]
    if folder / "test.tsv" not in files:
        raise UsageError(f"{folder} has several files and no test.tsv; set tasks.split to one of: {names}.")
    return folder / "test.tsv"


def _read_qrels(file: Path, queries: dict[str, str], documents: dict[str, str]) -> dict[str, dict[str, int]]:
    """Query id to document id to grade; a grade below zero counts as zero, as in trec_eval."""
    qrels: dict[str, dict[str, int]] = {}
    for number, line in _lines(file):
        where = f"{file}, line {number}"
        fields = [field.strip() for field in line.split("\t")]
        if number == 1 and fields[-1:] == ["score"]:
            continue
        if len(fields) != 3:
            raise TaskError(
                f"{where}: expected query id, document id and grade parted by tabs, found {len(fields)} field(s)."
            )
        query_id, document_id, grade = fields
        if query_id not in queries:
            raise TaskError(f"{where}: there is no query {query_id!r} in queries.jsonl; add it or remove the judgment.")
        if document_id not in documents:
            raise TaskError(
                f"{where}: there is no document {document_id!r} in corpus.jsonl; add it or remove the judgment."
            )
        if document_id in qrels.get(query_id, {}):
            raise TaskError(
                f"{where}: query {query_id!r} and document {document_id!r} were judged before; keep one line."
            )
        qrels.setdefault(query_id, {})[document_id] = _grade(grade, where)
    if not any(grade for row in qrels.values() for grade in row.values()):
        raise TaskError(f"{file} judges no document relevant; it needs at least one grade above 0.")
    return qrels


def _grade(field: str, where: str) -> int:
    try:
        return max(0, int(field))
    except ValueError:
        raise TaskError(f"{where}: the grade must be a whole number, found {field!r}.") from None


def _lines(file: Path) -> Iterator[tuple[int, str]]:
    """Numbered lines that are not blank; parted by newline alone, since JSON strings may hold other separators."""
    try:
        with file.open("rb") as stream:
            for number, raw in enumerate(stream, start=1):
                line = _decode(raw, f"{file}, line {number}")
                if line.strip():
                    yield number, line
    except OSError as error:
        raise TaskError(f"{file} cannot be read ({error.strerror}); a task folder needs it.") from None


def _decode(raw: bytes, where: str) -> str:
    try:
        return raw.decode("utf-8-sig").rstrip("\r\n")
    except UnicodeDecodeError:
        raise TaskError(f"{where}: this is not UTF-8; save the file as UTF-8.") from None
