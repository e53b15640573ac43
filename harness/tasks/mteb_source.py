"""Any text retrieval task of mteb, by name, split and subset."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from harness.errors import TaskError, UsageError
from harness.tasks.gathered import Gathered
from harness.tasks.mteb_lists import HELD_OUT_NAMES, PINNED
from harness.tasks.reading.faults import Faults
from harness.tasks.reading.records import Judged, Text
from harness.tasks.task import RetrievalTask, make_task

if TYPE_CHECKING:
    from mteb.abstasks.retrieval import AbsTaskRetrieval


def load_mteb(
    label: str, *, cut: int | None = None, max_queries: int | None = None, seed: int = 0, held_out: bool = False
) -> RetrievalTask:
    """Load `NAME`, `NAME/SPLIT` or `NAME/SPLIT/SUBSET` at its pinned revision, or at mteb's where none is pinned.

    A task of the lists has the list's split by default, another one `test` or the only one it has; `cut` is that of
    `Gathered`.
    Raises UsageError for an unknown task, split or subset, TaskError when the data cannot be had or is not text.
    """
    name, split, subset = _parted(label)
    task = _find(name)
    pin = PINNED.get(name)
    if pin is not None:
        dataset = {**task.metadata.dataset, "revision": pin.revision}
        task.metadata = task.metadata.model_copy(update={"dataset": dataset})
    split = _choose("split", split or (pin.split if pin else None), list(task.eval_splits), label)
    subset = _choose("subset", subset or (pin.subset if pin else None), list(task.hf_subsets), label)
    task.filter_eval_splits([split])
    task.filter_languages(None, hf_subsets=[subset])
    return from_mteb_task(
        task,
        label=label,
        split=split,
        subset=subset,
        domain=pin.domain if pin else _domain(task),
        cut=cut,
        max_queries=max_queries,
        seed=seed,
        held_out=held_out or name in HELD_OUT_NAMES,
    )


def from_mteb_task(
    task: "AbsTaskRetrieval",
    *,
    label: str,
    split: str,
    subset: str,
    domain: str,
    cut: int | None = None,
    max_queries: int | None,
    seed: int,
    held_out: bool,
) -> RetrievalTask:
    """One split and subset of an mteb task object, loaded if need be. Texts are joined as mteb joins them.

    A task that brings candidates for each query ranks these alone, as mteb does. Raises TaskError when the data cannot
    be had or is not text.
    """
    _load(task)
    data = task.dataset[subset][split]
    for part in ("corpus", "queries"):
        if "text" not in data[part].column_names:
            raise TaskError(f"The mteb task {label} has no text in its {part}; choose a text retrieval task.")
    gathered = _gather(data, label, cut)
    documents = gathered.documents
    listed = data.get("top_ranked") or {}
    reranks = any(len(documents_of) < len(documents) for documents_of in listed.values())
    return make_task(
        name=label,
        source="mteb",
        queries=gathered.queries,
        documents=documents,
        qrels=gathered.qrels,
        description=" ".join(task.metadata.description.split()),
        domain=domain,
        held_out=held_out,
        ignore_identical_ids=task.ignore_identical_ids,
        candidates={str(query): [str(one) for one in listed[query]] for query in listed} if reranks else None,
        max_queries=max_queries,
        seed=seed,
        notes=gathered.notes,
    )


def _gather(data: Mapping[str, Any], label: str, cut: int | None) -> Gathered:
    gathered = Gathered(label, cut)
    for part, text_of, take in (
        ("corpus", document_text, gathered.take_documents),
        ("queries", query_text, gathered.take_queries),
    ):
        texts = (Text(f"id {row['id']!r}", str(row["id"]), text_of(row)) for row in data[part])
        take(texts, Faults(f"The mteb task {label}, {part}"))
    judgments = (
        Judged(f"query {query!r}", str(query), str(document), int(grade))
        for query, judged in data["relevant_docs"].items()
        for document, grade in judged.items()
    )
    gathered.take_judgments(judgments, Faults(f"The mteb task {label}, judgments"))
    return gathered


def document_text(row: Mapping[str, Any]) -> str:
    """Title and text, as mteb hands them to a model."""
    title, text = row.get("title") or "", row["text"] or ""
    return f"{title} {text}".strip() if title else str(text).strip()


def query_text(row: Mapping[str, Any]) -> str:
    """A query and its instruction, or the turns of a conversation, as mteb hands them to a model."""
    text, instruction = row["text"] or "", row.get("instruction")
    if isinstance(text, list):
        turns = [turn if isinstance(turn, str) else f"{turn['role']}: {turn['content']}" for turn in text]
        return f"{instruction} {'; '.join(turns)}" if instruction is not None else "; ".join(turns)
    return f"{text} {instruction}" if instruction is not None else str(text)


def _parted(label: str) -> tuple[str, str | None, str | None]:
    pieces = label.split("/")
    if len(pieces) > 3 or not all(pieces):
        raise UsageError(f"{label!r} is not an mteb task; write NAME, NAME/SPLIT or NAME/SPLIT/SUBSET.")
    name, split, subset = [*pieces, None, None][:3]
    return str(name), split, subset


def _find(name: str) -> "AbsTaskRetrieval":
    import mteb
    from mteb.abstasks.retrieval import AbsTaskRetrieval

    try:
        task = mteb.get_task(name)
    except KeyError as error:
        raise UsageError(f"mteb has no task {name} ({str(error.args[0]).removeprefix('KeyError: ')})") from None
    if not isinstance(task, AbsTaskRetrieval):
        raise UsageError(f"The mteb task {name} is a {task.metadata.type} task; choose a retrieval or reranking task.")
    return task


def _choose(what: str, wanted: str | None, offered: list[str], label: str) -> str:
    if wanted is None:
        wanted = offered[0] if len(offered) == 1 else "test" if what == "split" else "default"
    if wanted not in offered:
        form = "NAME/SPLIT" if what == "split" else "NAME/SPLIT/SUBSET"
        raise UsageError(
            f"The mteb task {label} has no {what} {wanted}; write {form} with one of: {', '.join(offered)}."
        )
    return wanted


def _domain(task: "AbsTaskRetrieval") -> str:
    domains: Iterable[str] = task.metadata.domains or []
    return min((domain.lower() for domain in domains if domain != "Written"), default="general")


def _load(task: "AbsTaskRetrieval") -> None:
    name, dataset = task.metadata.name, task.metadata.dataset
    try:
        task.load_data()
        task.convert_v1_dataset_format_to_v2(num_proc=None)
    except Exception as error:
        # Tasks bring their own loaders, which fail in their own ways; whichever it is, the data was not to be had.
        reason = " ".join(str(error).split()).rstrip(".") or type(error).__name__
        raise TaskError(
            f"The mteb task {name} (dataset {dataset.get('path')}, revision {dataset.get('revision')}) is not on this "
            f"machine and could not be fetched ({reason}); fetch it once with a connection: "
            f"python -c \"from harness.tasks.mteb_source import load_mteb; load_mteb('{name}')\""
        ) from error
