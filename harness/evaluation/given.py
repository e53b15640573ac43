"""Objects of a caller's own in place of what the settings would load, and how a run records that they were."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from harness.encoders.cached import CachedEncoder, Report
from harness.encoders.load import cache_encoder, load_cached_encoder
from harness.encoders.protocol import Encoder
from harness.errors import UsageError
from harness.evaluation.executor import Executor
from harness.settings import Settings
from harness.tasks.load import load_tasks, refuse_held_out
from harness.tasks.task import RetrievalTask

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


def open_encoder(settings: Settings, given: Encoder | None, report: Report | None = None) -> CachedEncoder:
    """The encoder behind its cache. Raises UsageError where the settings name an object that was not given."""
    if given is not None:
        return cache_encoder(given, settings.cache, report=report)
    if settings.encoder.kind == GIVEN:
        raise UsageError(f"This needs the encoder {settings.encoder.model}, an object; give it again in Python.")
    return load_cached_encoder(settings.encoder, settings.cache, report=report)


def open_tasks(settings: Settings, given: Sequence[RetrievalTask] | None) -> list[RetrievalTask]:
    """The tasks, in order. Raises UsageError where the settings name objects that were not given."""
    if given is not None:
        return _distinct(given)
    if settings.tasks.source == GIVEN:
        raise UsageError(
            f"The tasks {', '.join(settings.tasks.names)} were given as objects in Python; give them again there."
        )
    return load_tasks(settings.tasks)


def open_search_tasks(settings: Settings, given: Sequence[RetrievalTask] | None) -> list[RetrievalTask]:
    """The same for a search. Raises UsageError for a held-out task."""
    tasks = open_tasks(settings, given)
    refuse_held_out(tasks)
    return tasks


def _distinct(tasks: Sequence[RetrievalTask]) -> list[RetrievalTask]:
    names = [task.name for task in tasks]
    if not names:
        raise UsageError("No task was given; give at least one, for example harness.make_task(...).")
    for name in names:
        if names.count(name) > 1:
            raise UsageError(f"Two tasks are named {name}; give each a name of its own.")
    return list(tasks)
