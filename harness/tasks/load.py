"""Tasks by settings: the one place that knows every source."""

import logging
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, TypedDict

from harness import plugins
from harness.errors import UsageError
from harness.kept import kept_folder
from harness.settings.tasks import TasksSettings
from harness.tasks.candidates import Candidates, FirstStage
from harness.tasks.documentation.sources import Library
from harness.tasks.documentation.suite import RECIPES, build_task
from harness.tasks.mteb_lists import HELD_OUT_NAMES, HELDOUT19, MTEB14, MULTILINGUAL
from harness.tasks.mteb_source import load_mteb
from harness.tasks.places import load_place, name_places
from harness.tasks.source import TaskSource
from harness.tasks.task import RetrievalTask
from harness.text import counted, nearest

if TYPE_CHECKING:
    from archive import KnownTask

_log = logging.getLogger(__name__)


class _Common(TypedDict):
    max_queries: int | None
    seed: int
    held_out: bool


def load_tasks(settings: TasksSettings) -> list[RetrievalTask]:
    """Load the tasks that the settings name, in that order.

    Raises UsageError for a wrong setting, TaskError for a task that cannot be loaded, JobError where a package that
    brings a source cannot be imported.
    """
    source, began = open_source(settings), time.monotonic()
    tasks = [shorten(source.load(name), settings) for name in _chosen(settings, source)]
    for task in tasks:
        sizes = len(task.queries), len(task.documents)
        _log.info("task %s: %d queries, %d documents, fingerprint %s", task.name, *sizes, task.fingerprint)
        for note in task.notes:
            _log.info("%s", note)
        if task.ignore_identical_ids:
            _log.info("task %s: the document with a query's own id is no part of its ranking", task.name)
    _log.info("%d tasks of %s are read in %.2f s", len(tasks), settings.source, time.monotonic() - began)
    return tasks


def shorten(task: RetrievalTask, settings: TasksSettings) -> RetrievalTask:
    """The task with the first stage of the settings; one that brings candidates of its own keeps them."""
    if settings.depth is None or settings.depth >= len(task.documents) or not task.candidates.all:
        return task
    first_stage: FirstStage = "cosine_bm25" if settings.first_stage == "cosine_bm25" else "cosine"
    return task.with_candidates(Candidates(settings.depth, first_stage))


def open_source(settings: TasksSettings) -> TaskSource:
    """The source that the settings name, built in or brought by a package. Raises as `load_tasks` does."""
    make = plugins.choose(
        plugins.TASKS, settings.source, SOURCES, takes=("settings",), options=settings.options, what="task source"
    )
    source: TaskSource = make(settings)
    return source


def list_names(settings: TasksSettings) -> list[str]:
    """Names of the tasks that `load_tasks` would load, without loading any.

    Raises UsageError for an unknown source or name, with the nearest that exists, and for a name that stands twice.
    """
    return _chosen(settings, open_source(settings))


def _chosen(settings: TasksSettings, source: TaskSource) -> list[str]:
    if settings.paths and settings.source in SOURCES and settings.source != "folder":
        raise UsageError(f"tasks.paths names folders, but tasks={settings.source} reads none; add tasks=folder.")
    offered = source.names
    names = list(settings.names) or list(offered or ())
    if not names:
        raise UsageError(f"tasks={settings.source} needs tasks.names, as in tasks.names=[NAME].")
    for name in names:
        if offered is not None and name not in offered:
            raise UsageError(f"There is no task {name} in tasks={settings.source}{nearest(name, offered)}")
    for name, times in Counter(names).items():
        if times > 1:
            raise UsageError(f"The task {name} is named {counted(times, 'time')}; name it once.")
    return names


def refuse_held_out_names(names: Iterable[str]) -> None:
    """Refuse names of tasks that a search must never see. Raises UsageError naming the first one."""
    for name in names:
        if name.split("/")[0] in HELD_OUT_NAMES:
            raise _refusal(name)


def refuse_held_out(tasks: Sequence[RetrievalTask], held_out: Iterable["KnownTask"] = ()) -> list[str]:
    """Refuse tasks that a search must never see: those marked, and those with the texts of a task in `held_out`.

    Returns a sentence for each that shares less than half of its queries and documents with one of those. Raises
    UsageError naming the first that is refused.
    """
    from archive import overlap

    refuse_held_out_names(task.name for task in tasks)
    for task in tasks:
        if task.held_out:
            raise _refusal(task.name)
    shared = [(task, other, overlap(task.known, other)) for other in held_out for task in tasks]
    for task, other, share in shared:
        if share.seen:
            raise _refusal(task.name, f" It shares {share} with {other.name}, which this archive has as held out.")
    return [
        f"Task {task.name} shares {share} with the held-out task {other.name}."
        for task, other, share in shared
        if share.partial
    ]


def _refusal(name: str, why: str = "") -> UsageError:
    return UsageError(
        f"The held-out task {name} cannot be part of a discovery run; search on other tasks, "
        f"and judge the programs found on it with `ttc transfer`.{why}"
    )


def _documentation(settings: TasksSettings) -> TaskSource:
    library, folder = Library(), kept_folder("documentation")
    return TaskSource(tuple(RECIPES), lambda name: build_task(name, library, folder, **_common(settings)))


def _folders(settings: TasksSettings) -> TaskSource:
    if not settings.paths:
        raise UsageError("tasks=folder needs tasks.paths, as in tasks.paths=[my-corpus].")
    names = name_places(settings.paths)
    places = dict(zip(names, settings.paths, strict=True))
    own, ignored, cut = settings.split, settings.ignore_identical_ids, settings.cut
    return TaskSource(
        names,
        lambda name: load_place(
            places[name], name, {"split": own, "ignore_identical_ids": ignored, "cut": cut, **_common(settings)}
        ),
    )


def _mteb(settings: TasksSettings, names: Sequence[str] | None = None) -> TaskSource:
    return TaskSource(names, lambda name: load_mteb(name, cut=settings.cut, **_common(settings)))


def _common(settings: TasksSettings) -> _Common:
    return {"max_queries": settings.max_queries, "seed": settings.seed, "held_out": settings.held_out}


MTEB = ("mteb", "mteb14", "heldout19", "multilingual")
"""Sources whose tasks are mteb's."""

SOURCES: Mapping[str, Callable[[TasksSettings], TaskSource]] = {
    "documentation": _documentation,
    "folder": _folders,
    "mteb": _mteb,
    "mteb14": lambda settings: _mteb(settings, [entry.name for entry in MTEB14]),
    "heldout19": lambda settings: _mteb(settings, [entry.name for entry in HELDOUT19]),
    "multilingual": lambda settings: _mteb(settings, [entry.label for entry in MULTILINGUAL]),
}
