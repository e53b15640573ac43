"""Collections of the package `ir_datasets`, by the names it gives them."""

from collections.abc import Iterable, Iterator
from typing import Any

from harness.errors import TaskError, UsageError
from harness.tasks.gathered import Gathered
from harness.tasks.reading.faults import Faults
from harness.tasks.reading.records import Judged, Row, read_grade, read_texts

IR_DATASETS = "ir_datasets:"


def gather_ir(place: str, name: str, split: str | None, cut: int | None) -> Gathered:
    """The documents, queries and judgments of a collection; texts are its `default_text()`, titles and all.

    `cut` is that of `Gathered`; a split is part of the collection's name. Raises UsageError for an unknown name, or one
    with too little, or a split; TaskError where the package is missing or the data cannot be had.
    """
    dataset = _open(place, split)
    gathered = Gathered(name, cut)
    try:
        for what, rows, take in (
            ("documents", dataset.docs_iter, gathered.take_documents),
            ("queries", dataset.queries_iter, gathered.take_queries),
        ):
            faults = Faults(f"{IR_DATASETS}{place}, {what}")
            take(read_texts(_records(rows(), str(faults.subject)), faults), faults)
        faults = Faults(f"{IR_DATASETS}{place}, judgments")
        gathered.take_judgments(_judged(dataset.qrels_iter()), faults)
    except TaskError:
        raise
    except Exception as error:
        # Downloads, licences to accept and archives to unpack fail each in their own ways.
        reason = " ".join(str(error).split())[:300].rstrip(".") or type(error).__name__
        raise TaskError(
            f"The data of {IR_DATASETS}{place} cannot be had ({reason}); see what https://ir-datasets.com says of it."
        ) from error
    return gathered


def _open(place: str, split: str | None) -> Any:
    try:
        import ir_datasets
    except ImportError:
        raise TaskError(
            f"{IR_DATASETS}{place} needs a package that is not installed; `pip install 'ttc-retrieval[ir-datasets]'`."
        ) from None
    if split is not None:
        raise UsageError(f"{IR_DATASETS}{place} has its split in its name; leave tasks.split out.")
    try:
        dataset = ir_datasets.load(place)
    except KeyError:
        raise UsageError(f"ir_datasets has no collection {place}; https://ir-datasets.com lists them.") from None
    missing = [what for what in ("docs", "queries", "qrels") if not getattr(dataset, f"has_{what}")()]
    if missing:
        raise UsageError(
            f"{IR_DATASETS}{place} has no {' and no '.join(missing)}; name a part that has all, such as {place}/test."
        )
    return dataset


def _records(items: Iterable[Any], subject: str) -> Iterator[Row]:
    for item in items:
        if not hasattr(item, "default_text"):
            fields = ", ".join(getattr(item, "_fields", ()))
            raise TaskError(
                f"{subject}, have no text that ir_datasets tells of, but {fields}; write those you want to a folder."
            )
        yield f"id {item[0]!r}", {"id": item[0], "text": item.default_text()}


def _judged(items: Iterable[Any]) -> Iterator[Judged]:
    for number, item in enumerate(items, start=1):
        yield Judged(f"row {number}", item.query_id, item.doc_id, read_grade(item.relevance))
