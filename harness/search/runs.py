"""Start a discovery run, or continue one from its archive."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import asdict, dataclass, replace
from functools import partial

from archive import RATIOS, Archive, CallRecord, Calls, RunRecord, Trials, pricer
from harness.encoders.fingerprint import require_fingerprint
from harness.encoders.protocol import QUERY
from harness.errors import JobError, UsageError
from harness.evaluation.given import GIVEN, NOTHING_GIVEN, Given, open_search_tasks
from harness.evaluation.goal import find_goal
from harness.evaluation.labels import shuffled_label_value
from harness.evaluation.prepared import PreparedTask
from harness.evaluation.records import task_record
from harness.evaluation.secret import with_secret
from harness.evaluation.trial import PARTS
from harness.evaluation.validation import hidden_tasks
from harness.evaluation.watcher import Stopping, Watcher, never
from harness.evaluation.workbench import Workbench, open_workbench
from harness.machine import machine, machine_change, versions
from harness.policies.parents import by_name
from harness.proposers.load import Surroundings, check_proposer, load_proposer
from harness.proposers.protocol import Briefing, Proposal, Proposer
from harness.proposers.published import TOLD, Published, read_published, require_same_told
from harness.proposers.replay import recorded_by_number, with_replayed
from harness.proposers.spending import CapReached, Spending
from harness.proposers.store import ArchiveStore
from harness.proposers.telling import told_waits
from harness.published.place import open_archive
from harness.search import trials
from harness.search.examples import recorded_examples
from harness.search.history import History, Known
from harness.search.judge import screen
from harness.search.loop import Discovery
from harness.search.noise import cosines_of
from harness.search.recording import known_from_record
from harness.search.shelf import Shelf, shelf_of
from harness.search.surroundings import EVENT as SURROUNDINGS
from harness.search.surroundings import tell_surroundings
from harness.settings import Settings, from_record, to_mapping
from harness.settings.plugged import plugin_change, plugins_of
from harness.tasks.load import list_names, refuse_held_out_names
from harness.tasks.task import RetrievalTask
from harness.text import plain
from primitives import programs

_log = logging.getLogger(__name__)

CHANGEABLE = (
    "cache.",
    "caps.",
    "encoder.device=",
    "encoder.model=",
    "executor.",
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
)
"""Settings that a resumed run may change: how long it goes on, where things are, and how its model is reached.

Fingerprints see to it that the encoder and the tasks found there are those that were recorded. Where the model, or what
it is sent, changes on the way, that is an event of the run.
"""


@dataclass(frozen=True)
class Ended:
    """How a run came to its end, or to a stop on the way."""

    run_id: str
    complete: bool


def start(
    settings: Settings,
    *,
    given: Given = NOTHING_GIVEN,
    proposer: Proposer | None = None,
    watcher: Watcher | None = None,
    stopping: Stopping = never,
) -> Ended:
    """Run a new search to its end, or until `stopping` says so between two programs.

    Objects in `given`, and a `proposer`, stand in for what the settings would load.
    """
    watcher, settings = watcher or Watcher(), _marked(given.settings(settings), proposer)
    by_name(settings.search.selection, settings.search.options)  # before anything slow, as the rest of the settings
    find_goal(settings.search)
    if given.tasks is None:
        refuse_held_out_names(list_names(settings.tasks))  # before anything is fetched or made
    with open_archive(settings.archive.path) as archive:
        settings = with_secret(with_replayed(settings, archive), archive)
        tasks = open_search_tasks(settings, given.tasks, watcher, archive.tasks_held_out())
        return _search(settings, archive, tasks, None, Around(given, proposer, watcher, stopping))


def continue_run(
    path: str,
    run: str,
    overrides: Sequence[str] = (),
    *,
    given: Given = NOTHING_GIVEN,
    proposer: Proposer | None = None,
    watcher: Watcher | None = None,
    stopping: Stopping = never,
) -> Ended:
    """Continue a recorded run; objects that it was started with are to be given again.

    Raises UsageError for overrides that would make it another run, JobError where the encoder or a task is no longer
    what the run was recorded with.
    """
    watcher = watcher or Watcher()
    with open_archive(path, create=False) as archive:
        run_id = archive.resolve_run(run)
        settings = recorded_settings(archive, run_id, overrides)
        if settings.proposer.kind == Published.name:
            versions_then = archive.run(run_id).record.versions
            require_same_told(versions_then, settings.proposer.run, settings.search.generations)
        with alone(archive, run_id):
            _tell_lost(Calls(archive, run_id).lose(), watcher)
            _record_changes(archive, run_id, settings)
            tasks = recorded_tasks(settings, archive, run_id, given=given, watcher=watcher)
            return _search(settings, archive, tasks, run_id, Around(given, proposer, watcher, stopping))


@dataclass(frozen=True)
class Around:
    """What a caller brings to a search beside its settings."""

    given: Given
    proposer: Proposer | None
    watcher: Watcher
    stopping: Stopping


def _marked(settings: Settings, proposer: Proposer | None) -> Settings:
    if proposer is None:
        return settings
    return replace(settings, proposer=replace(settings.proposer, kind=GIVEN, model=proposer.name, models=[]))


def alone(archive: Archive, run_id: str) -> AbstractContextManager[None]:
    """Keep other processes from writing to a run. Raises ArchiveError where one does."""
    return archive.held(run_id, f"Another process is working on run {run_id}; wait for it, or stop it first.")


def _tell_lost(calls: Sequence[CallRecord], watcher: Watcher) -> None:
    if not calls:
        return
    dollars = sum(call.charged_usd for call in calls)
    counted = f" The caps count ${dollars:.4f} for them, the most that they can have cost." if dollars else ""
    watcher.noted(
        f"{len(calls)} call(s) to a model were in flight when this run was killed, and are made again.{counted}"
    )


def _record_changes(archive: Archive, run_id: str, settings: Settings) -> None:
    """Record which settings of the proposer are not those that the run was started with."""
    before, now = archive.run(run_id).record.config["proposer"], to_mapping(settings)["proposer"]
    changed = [f"{name}={plain(str(now[name]), 200)}" for name in now if now[name] != before.get(name, now[name])]
    if changed:
        archive.event(run_id, "settings", f"The run goes on with proposer settings {', '.join(changed)}.")


def _tell_other_machine(settings: Settings, archive: Archive, run_id: str, watcher: Watcher) -> None:
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
            raise UsageError(
                f"'{override}' cannot change on the way; a run goes on with other {', '.join(CHANGEABLE)}."
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


def _search(
    settings: Settings,
    archive: Archive,
    tasks: Sequence[RetrievalTask],
    run_id: str | None,
    around: Around,
) -> Ended:
    """Open everything, and start or continue the run."""
    watcher = around.watcher
    models = {} if around.proposer else check_proposer(settings)
    hidden = hidden_names(settings, tasks)
    with (
        ExitStack() as stack,
        told_waits(watcher.retrying),
        open_workbench(
            settings, tasks, hidden=hidden, watcher=watcher, given=around.given, unseen=settings.tasks.unseen
        ) as bench,
    ):
        _require_counted(settings.search.cost, bench)
        for task in tasks:
            archive.record_content(task.known)
        if run_id is None:
            run_id = archive.start_run(run_record(settings, bench))
            stack.enter_context(alone(archive, run_id))
            stack.enter_context(_never_left_running(archive, run_id))
            _log.info("run %s begins in %s, %d tasks hidden", run_id, archive.path, len(hidden))
            archive.event(run_id, "metric", metric_check(bench.evaluator.probe))
            if settings.proposer.evidence != "none":
                archive.event(run_id, SURROUNDINGS, tell_surroundings(bench))
        else:
            stack.enter_context(_never_left_running(archive, run_id))
            require_fingerprint(archive.run(run_id).record.encoder["fingerprint"], bench.encoder.encoder)
            _tell_other_machine(settings, archive, run_id, watcher)
        watcher.run_started(run_id, bench.encoder, len(programs.SEEDS) + settings.search.generations)
        history = open_history(archive, run_id)
        shelf = shelf_of(archive, run_id, settings)
        if shelf is not None:
            shelf.fill()
        needs = surroundings(settings, archive, run_id, history, bench, shelf)
        discovery = Discovery(
            settings=settings,
            archive=archive,
            run_id=run_id,
            history=history,
            bench=bench,
            proposer=around.proposer or load_proposer(settings, models, needs),
            spending=needs.spending,
            watcher=watcher,
            shelf=shelf,
        )
        archive.set_status(run_id, "running")
        recorded = recorded_programs(archive, run_id, hidden)
        if recorded:
            _log.info("run %s goes on after %d recorded programs", run_id, len(recorded))
        complete = _run_to_end(discovery, recorded, archive, run_id, watcher, around.stopping)
    return Ended(run_id, complete)


@contextmanager
def _never_left_running(archive: Archive, run_id: str) -> Iterator[None]:
    """Note that a run is stopped where something fails, be it before its loop begins."""
    try:
        yield
    except BaseException:
        if archive.run(run_id).status == "running":
            archive.set_status(run_id, "stopped")
        raise


def _run_to_end(
    discovery: Discovery,
    recorded: Sequence[Known],
    archive: Archive,
    run_id: str,
    watcher: Watcher,
    stopping: Stopping,
) -> bool:
    try:
        complete = discovery.run(recorded, stopping)
    except CapReached as cap:
        archive.event(run_id, "cap", str(cap))
        watcher.noted(str(cap))
        complete = False
    _log.info("run %s is %s", run_id, "finished" if complete else "stopped")
    archive.set_status(run_id, "finished" if complete else "stopped")
    return complete


def run_record(settings: Settings, bench: Workbench) -> RunRecord:
    """What is recorded of a run before its first program."""
    return RunRecord(
        objective=settings.search.objective,
        seed=settings.search.seed,
        config=to_mapping(settings),
        versions=versions() | {plugin.package: plugin.version for plugin in plugins_of(settings)} | _told(settings),
        machine=machine() | {"plugins": list(map(str, plugins_of(settings)))},
        encoder=asdict(bench.encoder.identity),
        isolation=asdict(bench.sandbox.isolation),
        measure=bench.goal.measures[0].name,
        maximise=str(bench.goal.objective),
        tasks=[task_record(task, "validation" if task.name in bench.hidden else "search") for task in bench.tasks],
    )


def _told(settings: Settings) -> dict[str, str]:
    """Which published programs a run is told, if any, as a part of its versions."""
    chosen = settings.proposer
    if chosen.kind != Published.name:
        return {}
    return {TOLD: read_published(chosen.run, settings.search.generations).fingerprint}


def _require_counted(axis: str, bench: Workbench) -> None:
    """Raise UsageError where the encoder counts nothing of what the search is to count cost in."""
    if axis in RATIOS and not all(getattr(task.cost, axis) for task in bench.evaluator.tasks):
        raise UsageError(f"The encoder counts no {axis}, so no program has a cost; use search.cost=texts.")


def metric_check(probe: PreparedTask) -> str:
    """A sanity check of the metric, recorded with the run: shuffled labels must score like chance."""
    shuffled = shuffled_label_value(probe)
    cosine = f"{probe.baseline.value:.4f} {probe.measures[0].name}"
    return f"On {probe.name} cosine scores {cosine}, and {shuffled:.4f} with its labels shuffled."


def surroundings(
    settings: Settings,
    archive: Archive,
    run_id: str,
    history: History,
    bench: Workbench,
    shelf: Shelf | None = None,
) -> Surroundings:
    """What the run's proposer needs beside its settings; what earlier starts spent counts against the caps."""
    store = ArchiveStore(archive, run_id)
    replays, source = settings.proposer.kind == "replay", settings.proposer.run
    return Surroundings(
        programs=history.programs,
        screen=lambda source, briefing: screen(source, briefing, history, settings.search.variants == "refuse"),
        look=partial(_look, archive, run_id, bench),
        store=store,
        spending=Spending(settings.caps, store.charged()),
        embed=lambda texts: bench.encoder.embed(texts).vectors,
        embed_queries=lambda texts: bench.encoder.embed(texts, QUERY).vectors,
        replayed=ArchiveStore(archive, source) if replays else None,
        recorded=recorded_by_number(archive, source) if replays else {},
        desk=None if shelf is None else shelf.folder,
    )


def _look(archive: Archive, run_id: str, bench: Workbench, proposal: Proposal, briefing: Briefing) -> str:
    """What a proposal gains on the part of the queries that its author asks for, in words."""
    part = min(max(proposal.trial or 1, 1), PARTS)
    return trials.report(trials.look_at(proposal, part, briefing.number, archive, run_id, briefing.ledger, bench))


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
