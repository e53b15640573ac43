"""Tasks by settings: the one place that knows every source."""

import difflib
import logging
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from harness.errors import UsageError
from harness.settings.tasks import TasksSettings
from harness.tasks.documentation.sources import Library
from harness.tasks.documentation.suite import RECIPES, build_task
from harness.tasks.folder import folder_name, load_folder
from harness.tasks.mteb_lists import HELD_OUT_NAMES, HELDOUT19, MTEB14
from harness.tasks.mteb_source import load_mteb
from harness.tasks.task import RetrievalTask

_log = logging.getLogger(__name__)

SOURCES = ("documentation", "folder", "mteb", "mteb14", "heldout19")


def load_tasks(settings: TasksSettings) -> list[RetrievalTask]:
    """Load the tasks that the settings name, in that order.

    Raises UsageError for a wrong setting, TaskError for a task that cannot be loaded.
    """
    names, began = list_names(settings), time.monotonic()
    tasks = _load_named(names, settings)
    for task in tasks:
        sizes = len(task.queries), len(task.documents)
        _log.info("task %s: %d queries, %d documents, fingerprint %s", task.name, *sizes, task.fingerprint)
    _log.info("%d tasks of %s are read in %.2f s", len(tasks), settings.source, time.monotonic() - began)
    return tasks


def _load_named(names: Sequence[str], settings: TasksSettings) -> list[RetrievalTask]:
    cap, seed, held_out = settings.max_queries, settings.seed, settings.held_out
    if settings.source == "documentation":
        library = Library()
        return [build_task(name, library, max_queries=cap, seed=seed, held_out=held_out) for name in names]
    if settings.source == "folder":
        paths = {folder_name(Path(path)): Path(path) for path in settings.paths}
        return [
            load_folder(paths[name], split=settings.split, max_queries=cap, seed=seed, held_out=held_out)
            for name in names
        ]
    return [load_mteb(name, max_queries=cap, seed=seed, held_out=held_out) for name in names]


def list_names(settings: TasksSettings) -> list[str]:
    """Names of the tasks that `load_tasks` would load, without loading any.

    Raises UsageError for an unknown source or name, with the nearest that exists, and for a name that stands twice.
    """
    if settings.paths and settings.source != "folder":
        raise UsageError(f"tasks.paths names folders, but tasks={settings.source} reads none; add tasks=folder.")
    offered = _offered(settings)
    names = list(settings.names) or list(offered or ())
    if not names:
        raise UsageError("tasks=mteb needs tasks.names, as in tasks.names=[CodeFeedbackST].")
    for name in names:
        if offered is not None and name not in offered:
            raise UsageError(f"There is no task {name} in tasks={settings.source}{_nearest(name, offered)}")
    for name, times in Counter(names).items():
        if times > 1:
            raise UsageError(f"The task {name} is named {times} times; name it once.")
    return names


def refuse_held_out(tasks: Iterable[RetrievalTask | str]) -> None:
    """Refuse tasks, or names of tasks, that a search must never see.

    Raises UsageError naming the first one.
    """
    for task in tasks:
        name = task if isinstance(task, str) else task.name
        if name.split("/")[0] in HELD_OUT_NAMES or (isinstance(task, RetrievalTask) and task.held_out):
            raise UsageError(
                f"The held-out task {name} cannot be part of a discovery run; search on other tasks, "
                f"and judge the programs found on it with `ttc transfer`."
            )


def _offered(settings: TasksSettings) -> Sequence[str] | None:
    """Names a source has; None for mteb, which has hundreds."""
    match settings.source:
        case "documentation":
            return tuple(RECIPES)
        case "folder":
            if not settings.paths:
                raise UsageError("tasks=folder needs tasks.paths, as in tasks.paths=[my-corpus].")
            return [folder_name(Path(path)) for path in settings.paths]
        case "mteb":
            return None
        case "mteb14":
            return [entry.name for entry in MTEB14]
        case "heldout19":
            return [entry.name for entry in HELDOUT19]
        case _:
            raise UsageError(f"There is no task source {settings.source}{_nearest(settings.source, SOURCES)}")


def _nearest(name: str, offered: Sequence[str]) -> str:
    close = difflib.get_close_matches(name, offered, n=1)
    return f"; did you mean {close[0]}?" if close else f"; there are: {', '.join(offered)}."
