"""Start a discovery run, or continue one from its archive."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, replace
from functools import partial

from archive import Archive, CallRecord, Calls, RunRecord, axis_named
from harness.encoders.fingerprint import require_fingerprint
from harness.encoders.protocol import QUERY
from harness.errors import JobError
from harness.evaluation.axes import require_counted
from harness.evaluation.given import GIVEN, NOTHING_GIVEN, Given, open_search_tasks
from harness.evaluation.goal import find_goal
from harness.evaluation.labels import shuffled_label_value
from harness.evaluation.prepared import PreparedTask
from harness.evaluation.records import task_record
from harness.evaluation.secret import with_secret
from harness.evaluation.trial import PARTS
from harness.evaluation.watcher import Stopping, Watcher, never
from harness.evaluation.workbench import Workbench, open_workbench
from harness.machine.record import machine, versions
from harness.policies.parents import by_name
from harness.proposers.asking import Model
from harness.proposers.load import Surroundings, check_proposer, load_proposer
from harness.proposers.protocol import Briefing, Proposal, Proposer
from harness.proposers.published import TOLD, Published, read_published, require_same_told
from harness.proposers.replay import recorded_by_number, with_replayed
from harness.proposers.spending import NOTHING, CapReached, Spending
from harness.proposers.store import ArchiveStore
from harness.proposers.telling import told_waits
from harness.published.place import open_archive
from harness.search import trials
from harness.search.bill import Bill, tell_uncounted
from harness.search.history import History, Known
from harness.search.judge import screen
from harness.search.loop import Discovery
from harness.search.recorded import (
    alone,
    begun,
    hidden_names,
    open_history,
    record_changes,
    record_machines,
    recorded_programs,
    recorded_settings,
    recorded_tasks,
    tell_other_machine,
)
from harness.search.shelf import Shelf, shelf_of
from harness.search.surroundings import EVENT as SURROUNDINGS
from harness.search.surroundings import tell_surroundings
from harness.settings import Settings, to_mapping
from harness.settings.plugged import plugins_of
from harness.tasks.load import list_names, refuse_held_out_names
from harness.tasks.task import RetrievalTask
from harness.text import counted
from harness.tracking.load import require_tracker
from harness.tracking.told import Tracking, tracking
from primitives import programs

_log = logging.getLogger(__name__)


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
    """Run a new search to its end, or until `stopping` says so between two programs or while a server is waited for.

    Objects in `given`, and a `proposer`, stand in for what the settings would load.
    """
    watcher, settings = watcher or Watcher(), _marked(given.settings(settings), proposer)
    by_name(settings.search.selection, settings.search.options)  # before anything slow, as the rest of the settings
    find_goal(settings.search)
    require_tracker(settings.tracking)
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
        require_tracker(settings.tracking)
        with alone(archive, run_id):
            _tell_lost(Calls(archive, run_id).lose(), watcher)
            record_changes(archive, run_id, settings)
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


def _tell_lost(calls: Sequence[CallRecord], watcher: Watcher) -> None:
    if not calls:
        return
    dollars = sum(call.charged_usd for call in calls)
    again = "is" if len(calls) == 1 else "are"
    charged = f" The caps count ${dollars:.4f} for them, the most that they can have cost." if dollars else ""
    watcher.noted(
        f"{counted(len(calls), 'call')} to a model, in flight when this run was killed, {again} made again.{charged}"
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
    spent = NOTHING if run_id is None else ArchiveStore(archive, run_id).charged()
    spending = Spending(settings.caps, spent)
    hidden = hidden_names(settings, tasks)
    with (
        ExitStack() as stack,
        told_waits(watcher.retrying),
        open_workbench(
            settings,
            tasks,
            hidden=hidden,
            watcher=watcher,
            given=around.given,
            unseen=settings.tasks.unseen,
            account=spending,
        ) as bench,
    ):
        require_counted(settings.search.cost, bench.evaluator.tasks)
        for task in tasks:
            archive.record_content(task.known)
        if begins := run_id is None:
            run_id = archive.start_run(run_record(settings, bench))
            stack.enter_context(alone(archive, run_id))
        stack.enter_context(_never_left_running(archive, run_id))
        if begins:
            _record_beginning(settings, archive, run_id, bench)
        else:
            require_fingerprint(archive.run(run_id).record.encoder["fingerprint"], bench.encoder.encoder)
            tell_other_machine(settings, archive, run_id, watcher)
        discovery, tracker = stack.enter_context(_opened(settings, archive, run_id, bench, spending, models, around))
        archive.set_status(run_id, "running")
        recorded = recorded_programs(archive, run_id, hidden)
        if recorded:
            _log.info("run %s goes on after %d recorded programs", run_id, len(recorded))
        try:
            complete = _run_to_end(discovery, recorded, archive, run_id, watcher, around.stopping)
        except JobError:  # such as that no machine is left: which were, and why not any more, is worth knowing
            record_machines(archive, run_id, bench.executor)
            raise
        record_machines(archive, run_id, bench.executor)
        tracker.ending("finished" if complete else "stopped")
    return Ended(run_id, complete)


def _record_beginning(settings: Settings, archive: Archive, run_id: str, bench: Workbench) -> None:
    _log.info("run %s begins in %s, %d tasks hidden", run_id, archive.path, len(bench.hidden))
    archive.event(run_id, "metric", metric_check(bench.evaluator.probe))
    if settings.proposer.evidence != "none":
        archive.event(run_id, SURROUNDINGS, tell_surroundings(bench))


@contextmanager
def _opened(
    settings: Settings,
    archive: Archive,
    run_id: str,
    bench: Workbench,
    spending: Spending,
    models: Mapping[str, Model],
    around: Around,
) -> Iterator[tuple[Discovery, Tracking]]:
    """The loop of a run, with its history and its desk, and its tracker; says that the run starts."""
    watcher = around.watcher
    tell_uncounted(settings, bench.encoder.encoder, watcher)
    watcher.cost_counted(axis_named(settings.search.cost))
    watcher.run_started(run_id, bench.encoder, len(programs.SEEDS) + settings.search.generations)
    history = open_history(archive, run_id)
    shelf = shelf_of(archive, run_id, settings)
    if shelf is not None:
        shelf.fill()
    with tracking(settings.tracking, begun(archive, run_id, settings), watcher.noted) as tracker:
        needs = surroundings(settings, archive, run_id, history, bench, spending, shelf, around.stopping)
        discovery = Discovery(
            settings=settings,
            archive=archive,
            run_id=run_id,
            history=history,
            bench=bench,
            proposer=around.proposer or load_proposer(settings, models, needs),
            spending=spending,
            bill=Bill(bench.encoder.encoder, archive, run_id),
            watcher=watcher,
            tracker=tracker,
            shelf=shelf,
        )
        yield discovery, tracker


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
    spending: Spending,
    shelf: Shelf | None = None,
    stopping: Stopping = never,
) -> Surroundings:
    """What the run's proposer needs beside its settings."""
    store = ArchiveStore(archive, run_id)
    replays, source = settings.proposer.kind == "replay", settings.proposer.run
    return Surroundings(
        programs=history.programs,
        screen=lambda source, briefing: screen(source, briefing, history, settings.search.variants == "refuse"),
        look=partial(_look, archive, run_id, bench),
        store=store,
        spending=spending,
        embed=lambda texts: bench.encoder.embed(texts).vectors,
        embed_queries=lambda texts: bench.encoder.embed(texts, QUERY).vectors,
        replayed=ArchiveStore(archive, source) if replays else None,
        recorded=recorded_by_number(archive, source) if replays else {},
        desk=None if shelf is None else shelf.folder,
        stopping=stopping,
    )


def _look(archive: Archive, run_id: str, bench: Workbench, proposal: Proposal, briefing: Briefing) -> str:
    """What a proposal gains on the part of the queries that its author asks for, in words."""
    part = min(max(proposal.trial or 1, 1), PARTS)
    return trials.report(trials.look_at(proposal, part, briefing.number, archive, run_id, briefing.ledger, bench))
