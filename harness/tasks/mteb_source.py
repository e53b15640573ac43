"""Any text retrieval task of mteb, by name, split and subset."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from harness.errors import TaskError, UsageError
from harness.hub.trouble import Asked
from harness.tasks.card import Choose, everything, exactly, some
from harness.tasks.data_set import DataSet, needed_part, opened, told
from harness.tasks.gathered import Gathered
from harness.tasks.mteb_lists import HELD_OUT_NAMES, PINNED, find_entry
from harness.tasks.reading.faults import Faults
from harness.tasks.reading.records import Judged, Text
from harness.tasks.task import RetrievalTask, make_task

if TYPE_CHECKING:
    from mteb.abstasks.retrieval import AbsTaskRetrieval

_CONFIGURATIONS = ("corpus", "queries", "qrels", "default", "top_ranked", "instruction")
"""What mteb's usual loader reads; those of a subset are called SUBSET-corpus and so on."""


def load_mteb(
    label: str, *, cut: int | None = None, max_queries: int | None = None, seed: int = 0, held_out: bool = False
) -> RetrievalTask:
    """Load `NAME`, `NAME/SPLIT` or `NAME/SPLIT/SUBSET` at its pinned revision, or at mteb's where none is pinned.

    A task of the lists has the list's split by default, another one `test` or the only one it has; `cut` is that of
    `Gathered`.
    Raises UsageError for an unknown task, split or subset, TaskError when the data cannot be had or is not text.
    """
    task, split, subset = _chosen(label)
    name = task.metadata.name
    pin = find_entry(name, subset)
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


def needed_of_mteb(label: str) -> Asked:
    """What of the hub a task needs. Raises as `load_mteb` does."""
    data = data_set_of(*_chosen(label))
    asked = asked_for(data, label)
    with told(asked):
        return replace(asked, part=needed_part(data))


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
    with _loaded(task, label, split, subset) as data:
        for part in ("corpus", "queries"):
            if "text" not in data[part].column_names:
                raise TaskError(f"The mteb task {label} has no text in its {part}; choose a text retrieval task.")
        gathered = _gather(data, label, cut)
        listed = {str(query): [str(one) for one in own] for query, own in (data.get("top_ranked") or {}).items()}
    reranks = any(len(own) < len(gathered.documents) for own in listed.values())
    return make_task(
        name=label,
        source="mteb",
        queries=gathered.queries,
        documents=gathered.documents,
        qrels=gathered.qrels,
        description=" ".join(task.metadata.description.split()),
        domain=domain,
        held_out=held_out,
        ignore_identical_ids=task.ignore_identical_ids,
        candidates=listed if reranks else None,
        max_queries=max_queries,
        seed=seed,
        notes=gathered.notes,
        instructions=instructions_of(task),
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


def instructions_of(task: "AbsTaskRetrieval") -> dict[str, str]:
    """What mteb tells a model that reads instructions, for queries and for documents."""
    told: Any = task.metadata.prompt
    if isinstance(told, dict):
        return {role: told.get(role) or "" for role in ("query", "document")}
    return dict.fromkeys(("query", "document"), told or task.abstask_prompt)


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


def _chosen(label: str) -> tuple["AbsTaskRetrieval", str, str]:
    """The task of a label at its pinned revision, narrowed to one split and subset, and these."""
    name, split, subset = _parted(label)
    task = _find(name)
    pin = PINNED.get(name)
    if pin is not None:
        dataset = {**task.metadata.dataset, "revision": pin.revision}
        task.metadata = task.metadata.model_copy(update={"dataset": dataset})
    split = _choose("split", split or (pin.split if pin else None), list(task.eval_splits), label)
    subset = _choose("subset", subset, list(task.hf_subsets), label)
    task.filter_eval_splits([split])
    task.filter_languages(None, hf_subsets=[subset])
    return task, split, subset


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


@contextmanager
def _loaded(task: "AbsTaskRetrieval", label: str, split: str, subset: str) -> Iterator[Mapping[str, Any]]:
    """What mteb's own loader reads from the data set's files on this machine; they are fetched where they are not."""
    data = data_set_of(task, split, subset)
    with told(asked_for(data, label)), opened(data) as folder:
        whole = {**task.metadata.dataset, "path": str(folder)}
        task.metadata = task.metadata.model_copy(update={"dataset": whole})
        task.load_data()
        task.convert_v1_dataset_format_to_v2(num_proc=None)
        yield task.dataset[subset][split]


def data_set_of(task: "AbsTaskRetrieval", split: str, subset: str) -> DataSet:
    """The data set of a task, and what its loader reads of it, as far as that can be known."""
    from mteb.abstasks.retrieval import AbsTaskRetrieval

    dataset, pin = task.metadata.dataset, find_entry(task.metadata.name, subset)
    choose: Choose = everything
    if pin is not None and pin.reads:
        choose = exactly(dict(pin.reads))
    elif "name" in dataset:
        choose = some(dataset["name"])
    elif type(task).load_data is AbsTaskRetrieval.load_data:
        start = "" if subset == "default" else f"{subset}-"
        choose = some("query", *(f"{start}{part}" for part in _CONFIGURATIONS), split=split)
    return DataSet(dataset["path"], dataset.get("revision"), choose)


def asked_for(data: DataSet, label: str) -> Asked:
    """The words for the data of a task that cannot be had."""
    return Asked(
        part=data.part,
        what=f"data set {data.name} of the mteb task {label}",
        name_from="that mteb is up to date",
        revision_from="that mteb is up to date",
        command=f'`scripts/prefetch tasks=mteb "tasks.names=[{label}]"` (with the settings of a run: all it needs)',
    )
