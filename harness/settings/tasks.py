"""Which tasks a job runs on."""

from dataclasses import dataclass, field
from typing import Any


@dataclass
class TasksSettings:
    """The config group `tasks`; its YAML files mirror these fields."""

    source: str = "documentation"
    """documentation, folder, mteb, mteb14, heldout19, multilingual, or the name of one that another package brings."""
    names: list[str] = field(default_factory=list)
    """Tasks to take; empty takes all of the source. An mteb task is NAME, NAME/SPLIT or NAME/SPLIT/SUBSET."""
    paths: list[str] = field(default_factory=list)
    """For source=folder: folders in BEIR layout, hf:ORG/NAME (a data set of the Hugging Face hub in that layout, at
    hf:ORG/NAME@REVISION), and ir_datasets:NAME (a collection of that package). Of one name in two places the tasks are
    called parent-name."""
    split: str | None = None
    """Name of the qrels file without `.tsv`, for source=folder; by default `test`, or the only file there is."""
    cut: int | None = None
    """Characters that documents from folders, hubs and mteb are cut to, with a warning that counts them. None: no
    document is cut, and one of more than 5,000,000 characters is refused."""
    max_queries: int | None = None
    """At most so many queries per task, drawn with `seed`; none keeps all."""
    seed: int = 0
    """Draws the queries of `max_queries`."""
    ignore_identical_ids: bool | None = None
    """Whether the document with a query's own id is left out of its ranking, for source=folder; by default where half
    of the queries or more stand in such a document, as in ArguAna and Quora."""
    depth: int | None = None
    """Documents that each query ranks: its nearest ones by `first_stage`, as if they were the whole corpus; the others
    keep the cosine's order below them. Programs then get one query at a time. None: all documents."""
    first_stage: str = "cosine"
    """cosine, or cosine_bm25: in turn the next document by cosine and the next by BM25."""
    query_batch: int | None = None
    """Queries that a program is given at a time, which bounds memory. None: all where their scores take at most 1 GiB,
    else so many that they do; with program.transductive=flag or allow always all."""
    unseen: float = 0.3
    """Discovery only: share of each task's queries that no proposer hears of and that selects nothing; a gain there is
    no optimism."""
    unseen_tasks: float = 0.0
    """Discovery only: share of the tasks, at least one where it is above 0, that no proposer hears of and that select
    and admit nothing; every program with a result is measured on them too. Not with search.objective=transfer."""
    held_out: bool = False
    """Marks the tasks as held out, so that no discovery run takes them."""
    options: dict[str, Any] = field(default_factory=dict)
    """Settings of a source that another package brings, by the names it gives them."""
