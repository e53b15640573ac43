"""What every job that runs programs needs, opened together and closed together."""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from functools import cached_property, partial

from harness.encoders.billing import Account, Billed
from harness.encoders.cached import CachedEncoder
from harness.encoders.load import load_encoder
from harness.evaluation.audit import Auditor, poisoned_sandbox
from harness.evaluation.evaluator import Evaluator
from harness.evaluation.executor import Executor, RunsAudits
from harness.evaluation.given import NOTHING_GIVEN, Given, open_encoder
from harness.evaluation.goal import Goal, find_goal
from harness.evaluation.part import LocalRuns, Runs
from harness.evaluation.place import open_place
from harness.evaluation.prepared import PreparedTask, reading_of
from harness.evaluation.preparing import prepare_all
from harness.evaluation.secret import Secret
from harness.evaluation.watcher import Watcher
from harness.machine.cores import available_cores
from harness.settings import Settings
from harness.tasks.task import RetrievalTask
from sandbox import Sandbox

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Workbench:
    """A loaded encoder, prepared tasks, a running sandbox and the evaluator over them."""

    settings: Settings
    encoder: CachedEncoder
    sandbox: Sandbox
    executor: Executor
    evaluator: Evaluator
    """Over the tasks of the search; over all of them where none is hidden."""
    auditor: Auditor
    goal: Goal
    make_another: Callable[[], Executor]
    """An executor beside `executor`, where that runs its programs if it can; whoever makes it closes it."""
    validator: Evaluator | None = None
    """Over the hidden tasks."""
    asides: tuple[PreparedTask, ...] = ()
    """The queries kept apart of tasks that are not hidden, which an author may read."""

    @property
    def validates(self) -> bool:
        """Whether hidden tasks decide what is admitted; otherwise they are unseen: measured, and no more."""
        return self.settings.search.objective == "transfer"

    @property
    def tasks(self) -> Sequence[PreparedTask]:
        """All tasks, hidden ones last."""
        return (*self.evaluator.tasks, *(self.validator.tasks if self.validator else ()))

    @cached_property
    def texts(self) -> tuple[str, ...]:
        """Queries and documents of all tasks, hidden ones included."""
        parts = [part for task in self.tasks for part in (task.task.queries, task.task.documents)]
        return tuple(text for part in parts for text in part.values())

    @property
    def hidden(self) -> frozenset[str]:
        """Names of the hidden tasks."""
        return frozenset(task.name for task in self.validator.tasks) if self.validator else frozenset()


@contextmanager
def open_workbench(
    settings: Settings,
    tasks: Sequence[RetrievalTask],
    *,
    hidden: frozenset[str] = frozenset(),
    watcher: Watcher | None = None,
    given: Given = NOTHING_GIVEN,
    unseen: float = 0.0,
    account: Account | None = None,
) -> Iterator[Workbench]:
    """Start the sandbox, load the encoder and encode the tasks; everything is released at the end.

    `unseen` is the share of queries, of tasks that are not hidden, that count towards no value.
    `account` is asked before an encoder that somebody is paid for reads anything of the tasks.

    The sandbox starts first: it refuses in milliseconds where the system cannot confine programs, and its
    processes are forked from clean interpreters before torch fills this one. It is also closed first: that ends the
    runs in progress, whose threads are waited for before the memory is freed that they read.
    """
    watcher = watcher or Watcher()
    workers = settings.executor.workers or available_cores()
    goal = find_goal(settings.search)
    with ExitStack() as stack:
        sandbox = stack.enter_context(
            Sandbox(workers=workers, allow_primitives=settings.program.primitives, level=settings.sandbox.level)
        )
        _log.info("sandbox: %d workers, %s", workers, sandbox.isolation)
        poisoned = stack.enter_context(
            poisoned_sandbox(level=settings.sandbox.level, allow_primitives=settings.program.primitives)
        )
        place = stack.enter_context(open_place(settings, given.executor, watcher))
        load = partial(place.load_encoder, load=load_encoder)
        encoder = stack.enter_context(closing(open_encoder(settings, given.encoder, watcher, load)))
        if isinstance(encoder.encoder, Billed):
            encoder.encoder.account = account
        secret = Secret(settings.archive.secret)

        def share(task: RetrievalTask) -> float:
            return 0.0 if task.name in hidden else unseen

        ready = stack.enter_context(
            prepare_all(
                tasks, encoder, goal.measures, secret, share, reading_of(settings), on_task=watcher.task_prepared
            )
        )
        apart = [task.aside for task in tasks if task.aside is not None and task.name not in hidden]
        asides = stack.enter_context(prepare_all(apart, encoder, goal.measures, secret, reading=reading_of(settings)))
        executor = place.make_executor(encoder, sandbox, workers)
        stack.callback(executor.close)
        stack.callback(sandbox.close)
        stack.callback(place.end)
        searched = [task for task in ready if task.name not in hidden]
        evaluator = Evaluator(searched, executor, goal.objective, goal.limit)
        validator = Evaluator([task for task in ready if task.name in hidden], executor) if hidden else None
        alone = settings.program.transductive != "allow"
        auditor = Auditor(
            *_audit_runs(executor, sandbox, poisoned), encoder, alone=alone, workers=max(workers, executor.workers)
        )
        another = partial(place.make_another, encoder, sandbox, workers)
        yield Workbench(
            settings, encoder, sandbox, executor, evaluator, auditor, goal, another, validator, tuple(asides)
        )


def _audit_runs(executor: Executor, sandbox: Sandbox, poisoned: Sandbox) -> tuple[Runs, Runs]:
    """What runs audits: the executor where it can, else the sandboxes here."""
    if isinstance(executor, RunsAudits):
        return executor.runs(poisoned=False), executor.runs(poisoned=True)
    return LocalRuns(sandbox), LocalRuns(poisoned)
