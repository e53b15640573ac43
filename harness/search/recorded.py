"""What an archive holds of a run: its settings, tasks and programs, as they were recorded and may be gone on with."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import replace

from archive import MACHINES, Archive, Trials, Works, pricer
from harness.errors import JobError, UsageError
from harness.evaluation.executor import CountsWork, Executor, TellsMachines
from harness.evaluation.given import NOTHING_GIVEN, Given, open_search_tasks
from harness.evaluation.validation import hidden_tasks
from harness.evaluation.watcher import Watcher
from harness.machine.record import machine_change
from harness.search.examples import recorded_examples
from harness.search.history import History, Known
from harness.search.noise import cosines_of
from harness.search.recording import known_from_record
from harness.search.surroundings import EVENT as SURROUNDINGS
from harness.settings import Settings, from_record, to_mapping
from harness.settings.plugged import plugin_change
from harness.tasks.task import RetrievalTask
from harness.text import plain
from harness.tracking.protocol import Begun

CHANGEABLE = (
    "cache.",
    "caps.",
    "encoder.device=",
    "encoder.model=",
    "executor.",
    "executor=",
    *(
        f"proposer.{name}"
        for name in (
            "api_key_env=",
            "base_url=",
            "broken_retries=",
            "call_s=",
            "effort=",
            "extra",
            "give_up_after=",
            "longest_wait=",
            "max_output_tokens=",
            "max_retries=",
            "max_tokens_field=",
            "model=",
            "price",
            "prompt_tokens=",
            "system=",
            "timeout_s=",
        )
    ),
    "search.generations=",
    "tasks.paths=",
    "tracking.",
    "tracking=",
)
"""Settings that a resumed run may change: how long it goes on, where things are, and how its model is reached.

Fingerprints see to it that the encoder and the tasks found there are those that were recorded. Where the model, or what
it is sent, changes on the way, that is an event of the run.
"""


def alone(archive: Archive, run_id: str) -> AbstractContextManager[None]:
    """Keep other processes from writing to a run. Raises ArchiveError where one does."""
    return archive.held(run_id, f"Another process is working on run {run_id}; wait for it, or stop it first.")


def begun(archive: Archive, run_id: str, settings: Settings) -> Begun:
    """A run as its tracker is told of it."""
    record = archive.run(run_id).record
    about = {"encoder_name": str(record.encoder["name"]), "measure": record.measure}
    return Begun(run_id, {**to_mapping(settings), "run": about})


def record_changes(archive: Archive, run_id: str, settings: Settings) -> None:
    """Record which settings of the proposer are not those that the run was started with."""
    before, now = archive.run(run_id).record.config["proposer"], to_mapping(settings)["proposer"]
    changed = [f"{name}={plain(str(now[name]), 200)}" for name in now if now[name] != before.get(name, now[name])]
    if changed:
        archive.event(run_id, "settings", f"The run goes on with proposer settings {', '.join(changed)}.")


def record_machines(archive: Archive, run_id: str, executor: Executor) -> None:
    """Record what the machines of an executor did, where it has several."""
    if isinstance(executor, TellsMachines):
        archive.event(run_id, MACHINES, executor.summary())
    if isinstance(executor, CountsWork):
        numbers = {program.record.source: program.number for program in archive.programs(run_id)}
        Works(archive, run_id).record(executor.work(numbers))


def tell_other_machine(settings: Settings, archive: Archive, run_id: str, watcher: Watcher) -> None:
    """Say and record when numerical kernels or plug-ins are not those that the run was recorded with."""
    record = archive.run(run_id).record
    for change in (machine_change(record.machine), plugin_change(settings, record.versions)):
        if change:
            archive.event(run_id, "machine", plain(change, 1000))
            watcher.noted(plain(change, 1000))


def recorded_settings(archive: Archive, run_id: str, overrides: Sequence[str] = ()) -> Settings:
    """What a run was started with, apart from `overrides` and from where the archive is now.

    Raises UsageError for an override beyond CHANGEABLE.
    """
    for override in overrides:
        if not override.startswith(CHANGEABLE) or "=" not in override:
            named = override.startswith("archive.path=")
            way = "name the run's archive with --archive" if named else f"begin another with `ttc discover {override}`"
            raise UsageError(
                f"'{override}' cannot change on the way; {way}. A run goes on with other {', '.join(CHANGEABLE)}."
            )
    settings = from_record(archive.run(run_id).record.config, overrides)
    return replace(settings, archive=replace(settings.archive, path=str(archive.path)))


def recorded_tasks(
    settings: Settings,
    archive: Archive,
    run_id: str,
    *,
    given: Given = NOTHING_GIVEN,
    watcher: Watcher | None = None,
) -> list[RetrievalTask]:
    """The tasks of a recorded run. Raises JobError where one is not what it was."""
    tasks = open_search_tasks(settings, given.tasks, watcher or Watcher())
    _require_same_tasks({task.name: task.fingerprint for task in archive.run(run_id).record.tasks}, tasks)
    return tasks


def _require_same_tasks(recorded: dict[str, str], tasks: Sequence[RetrievalTask]) -> None:
    found = {task.name: task.fingerprint for task in tasks}
    changed = sorted(name for name in recorded.keys() | found.keys() if recorded.get(name) != found.get(name))
    if changed:
        raise JobError(
            f"Task {changed[0]} is not what this run was recorded with ({len(changed)} differ); restore the data or "
            "package versions that `ttc runs --json` lists, or start a new run."
        )


def open_history(archive: Archive, run_id: str) -> History:
    """The memory of a run before its first program, with what is known of its encoder, its tasks and its examples."""
    run = archive.run(run_id).record
    history = History(pricer(run), cosines_of(run))
    told = [event.message for event in archive.events(run_id) if event.kind == SURROUNDINGS]
    history.surroundings = told[0] if told else ""
    history.shown |= recorded_examples(archive, run_id)
    history.looks = Trials(archive, run_id).all
    return history


def recorded_programs(archive: Archive, run_id: str, hidden: frozenset[str]) -> list[Known]:
    """What a run has recorded so far, oldest first."""
    run = archive.run(run_id).record
    price = pricer(run)
    return [
        known_from_record(program.id, program.record, hidden, run.measure, price)
        for program in archive.programs(run_id)
    ]


def hidden_of(archive: Archive, run_id: str) -> frozenset[str]:
    """The tasks that a recorded run hides."""
    return frozenset(task.name for task in archive.run(run_id).record.tasks if task.split == "validation")


def hidden_names(settings: Settings, tasks: Sequence[RetrievalTask]) -> frozenset[str]:
    """The tasks that no proposer hears of: those that a transfer search admits by, or those left unseen."""
    search, names = settings.search, [task.name for task in tasks]
    if search.objective == "transfer":
        return hidden_tasks(names, search.seed, search.validation_share)
    if settings.tasks.unseen_tasks:
        return hidden_tasks(names, settings.archive.secret, settings.tasks.unseen_tasks, "tasks.unseen_tasks")
    return frozenset()
