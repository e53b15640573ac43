"""Objects of a caller's own in place of what the settings would load, and how a run records that they were."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from archive import KnownTask
from harness.encoders.cached import CachedEncoder
from harness.encoders.load import cache_encoder, load_encoder
from harness.encoders.protocol import Encoder
from harness.errors import UsageError
from harness.evaluation.executor import Executor
from harness.evaluation.watcher import Watcher
from harness.settings import Settings
from harness.settings.encoder import EncoderSettings
from harness.tasks.aside import set_aside
from harness.tasks.load import list_names, load_tasks, refuse_held_out, shorten
from harness.tasks.task import RetrievalTask
from harness.text import plain

GIVEN = "given"
"""Stands in the settings for an object; only Python can give it again."""


@dataclass(frozen=True)
class Given:
    """What a caller brings; None is loaded as the settings say."""

    encoder: Encoder | None = None
    tasks: tuple[RetrievalTask, ...] | None = None
    executor: Executor | None = None

    def settings(self, settings: Settings) -> Settings:
        """The settings with a mark where an object stands in their place."""
        if self.encoder is not None:
            settings = replace(settings, encoder=replace(settings.encoder, kind=GIVEN, model=self.encoder.name))
        if self.tasks is not None:
            names = [task.name for task in self.tasks]
            settings = replace(settings, tasks=replace(settings.tasks, source=GIVEN, names=names, paths=[]))
        if self.executor is not None:
            settings = replace(settings, executor=replace(settings.executor, kind=GIVEN))
        return settings


NOTHING_GIVEN = Given()


def open_encoder(
    settings: Settings,
    given: Encoder | None,
    watcher: Watcher,
    load: Callable[[EncoderSettings], Encoder] = load_encoder,
) -> CachedEncoder:
    """The encoder behind its cache. Raises UsageError where the settings name an object that was not given."""
    if given is not None:
        return cache_encoder(given, settings.cache, report=watcher.encoding)
    if settings.encoder.kind == GIVEN:
        raise UsageError(f"This needs the encoder {settings.encoder.model}, an object; give it again in Python.")
    watcher.doing(f"loading the encoder {settings.encoder.model}")
    return cache_encoder(load(settings.encoder), settings.cache, report=watcher.encoding)


def open_tasks(settings: Settings, given: Sequence[RetrievalTask] | None, watcher: Watcher) -> list[RetrievalTask]:
    """The tasks, in order. Raises UsageError where the settings name objects that were not given."""
    if given is not None:
        watcher.reading_tasks(len(given))
        return _told([shorten(task, settings.tasks) for task in _distinct(given)], watcher)
    if settings.tasks.source == GIVEN:
        raise UsageError(
            f"The tasks {', '.join(settings.tasks.names)} were given as objects in Python; give them again there."
        )
    watcher.reading_tasks(len(list_names(settings.tasks)))
    return _told(load_tasks(settings.tasks), watcher)


def open_search_tasks(
    settings: Settings,
    given: Sequence[RetrievalTask] | None,
    watcher: Watcher,
    held_out: Iterable[KnownTask] = (),
) -> list[RetrievalTask]:
    """The same for a search, less the queries that its author is to read.

    Raises UsageError for a held-out task, known by its mark or by its texts.
    """
    tasks = open_tasks(settings, given, watcher)
    if settings.proposer.evidence == "examples":
        tasks = [set_aside(task, settings.proposer.example_share, settings.search.seed) for task in tasks]
    for sentence in refuse_held_out(tasks, held_out):
        watcher.noted(sentence)
    return tasks


def _told(tasks: list[RetrievalTask], watcher: Watcher) -> list[RetrievalTask]:
    """The tasks, once the watcher has heard what is to be known of their data."""
    for task in tasks:
        for note in task.notes:
            watcher.noted(plain(note, 1000))
    return tasks


def _distinct(tasks: Sequence[RetrievalTask]) -> list[RetrievalTask]:
    names = [task.name for task in tasks]
    if not names:
        raise UsageError("No task was given; give at least one, for example harness.make_task(...).")
    for name in names:
        if names.count(name) > 1:
            raise UsageError(f"Two tasks are named {name}; give each a name of its own.")
    return list(tasks)
