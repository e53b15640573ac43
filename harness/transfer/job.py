"""Evaluate the cells that the archive does not have yet, each recorded the moment it is done."""

import logging
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial

from archive import Archive, CellRecord, HeldOut
from harness.encoders.cached import CachedEncoder
from harness.encoders.load import load_encoder
from harness.encoders.protocol import EncoderIdentity
from harness.evaluation.evaluate import Outcome
from harness.evaluation.given import open_encoder
from harness.evaluation.place import Place, open_place
from harness.evaluation.prepared import Reading, reading_of
from harness.evaluation.preparing import prepare_all
from harness.evaluation.records import outcome_record, task_record
from harness.evaluation.secret import Secret, with_secret
from harness.evaluation.watcher import Stopping, Watcher
from harness.machine.cores import available_cores
from harness.programs.named import NamedProgram
from harness.tasks.task import RetrievalTask
from harness.transfer.pace import Pace
from harness.transfer.request import TransferRequest
from sandbox import Sandbox
from sandbox.verdicts import Verdict

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Evaluated:
    """What a transfer worked on; its cells are in the archive."""

    encoders: tuple[EncoderIdentity, ...]
    tasks: tuple[RetrievalTask, ...]
    complete: bool
    """Whether every cell asked for is in the archive."""


def evaluate_missing(
    request: TransferRequest,
    tasks: Sequence[RetrievalTask],
    archive: Archive,
    watcher: Watcher,
    stopping: Stopping,
) -> Evaluated:
    """Evaluate what is missing, or with `again` everything once more, several programs at a time.

    A cell is recorded in a transaction of its own, so whatever ends this loses the cells in flight and no others. A
    failure of the harness itself is not recorded: it is no outcome of the program, and the cell stays missing.
    """
    settings = with_secret(request.settings, archive)
    tasks = sorted(tasks, key=_characters)
    for task in tasks:
        archive.record_content(task.known, held_out=task.held_out)
    workers = settings.executor.workers or available_cores()
    identities = []
    complete = True
    with (
        Sandbox(workers=workers, allow_primitives=settings.program.primitives, level=settings.sandbox.level) as sandbox,
        open_place(settings, watcher=watcher) as place,
    ):
        load = partial(place.load_encoder, load=load_encoder)
        for each, given in request.each_encoder:
            if stopping():
                complete = False
                break
            with closing(open_encoder(each, given, watcher, load)) as encoder:  # one alive at a time
                identities.append(encoder.identity)
                part = _Part(
                    request=request,
                    held_out=HeldOut(archive),
                    encoder=encoder,
                    sandbox=sandbox,
                    place=place,
                    workers=workers,
                    secret=Secret(settings.archive.secret),
                    reading=reading_of(settings),
                    watcher=watcher,
                    stopping=stopping,
                )
                with archive.held(f"cells-{encoder.identity.fingerprint[:8]}", _busy(encoder)):
                    complete &= part.run(tasks)
    return Evaluated(tuple(identities), tuple(tasks), complete)


def _busy(encoder: CachedEncoder) -> str:
    return (
        f"Another process evaluates held-out cells with {encoder.identity.name} in this archive; wait for it, or name "
        "another archive.path."
    )


@dataclass(frozen=True)
class _Part:
    """One encoder's share of the matrix."""

    request: TransferRequest
    held_out: HeldOut
    encoder: CachedEncoder
    sandbox: Sandbox
    place: Place
    workers: int
    secret: Secret
    reading: Reading
    watcher: Watcher
    stopping: Stopping

    def run(self, tasks: Sequence[RetrievalTask]) -> bool:
        """Evaluate task after task; True when no cell is missing at the end."""
        missing = self._missing(tasks)
        pace = self._pace(tasks, missing)
        n_missing, name = sum(map(len, missing.values())), self.encoder.identity.name
        _log.info("%s: %d of %d cells are missing", name, n_missing, len(tasks) * len(self.request.programs))
        self.watcher.encoder_started(self.encoder, n_missing)
        complete = True
        for task in tasks:
            if missing[task.fingerprint]:
                complete &= not self.stopping() and self._run_task(task, missing[task.fingerprint], pace)
        return complete

    def _missing(self, tasks: Sequence[RetrievalTask]) -> dict[str, list[NamedProgram]]:
        fingerprint = self.encoder.identity.fingerprint
        known = {} if self.request.again else self.held_out.latest()
        return {
            task.fingerprint: [
                program
                for program in self.request.programs
                if (program.code, fingerprint, task.fingerprint) not in known
            ]
            for task in tasks
        }

    def _pace(self, tasks: Sequence[RetrievalTask], missing: dict[str, list[NamedProgram]]) -> Pace:
        sizes = {task.fingerprint: _characters(task) for task in tasks}
        names = {task.fingerprint: task.name for task in tasks}
        pace = Pace(
            (
                (program.name, names[fingerprint], sizes[fingerprint])
                for fingerprint, programs in missing.items()
                for program in programs
            ),
            self.workers,
        )
        for cell in self.held_out.cells():
            record = cell.record
            if record.encoder_fingerprint == self.encoder.identity.fingerprint and record.task_fingerprint in sizes:
                pace.known(record.program, sizes[record.task_fingerprint], record.outcome.wall_s)
        return pace

    def _run_task(self, task: RetrievalTask, programs: Sequence[NamedProgram], pace: Pace) -> bool:
        """Prepare one task and run programs on it; True when each has an outcome."""
        identity, began = self.encoder.identity, time.monotonic()
        executor = self.place.make_executor(self.encoder, self.sandbox, self.workers)
        tasks = prepare_all([task], self.encoder, secret=self.secret, reading=self.reading)
        with tasks as ready, closing(executor), _ended_on_failure(self.sandbox, self.place):
            self.held_out.record_task(identity.name, identity.fingerprint, task_record(ready[0]))
            waiting = list(reversed(programs))
            running: dict[Future[Outcome], NamedProgram] = {}
            complete = True
            while waiting or running:
                while waiting and len(running) < executor.workers and not self.stopping():
                    program = waiting.pop()
                    running[executor.submit(program.source, ready[0])] = program
                if not running:
                    return False
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    program, outcome = running.pop(future), future.result()
                    complete &= self._record(program, task, outcome)
                    pace.done(program.name, task.name, outcome.execution.wall_s)
                    self.watcher.cell(program.name, outcome, pace.left)
        took = time.monotonic() - began
        _log.info("%s on %s: %d programs in %.2f s", identity.name, task.name, len(programs), took)
        return complete

    def _record(self, program: NamedProgram, task: RetrievalTask, outcome: Outcome) -> bool:
        if outcome.verdict is Verdict.HARNESS_ERROR:
            return False
        record = CellRecord(
            program=program.name,
            source=program.source,
            encoder_fingerprint=self.encoder.identity.fingerprint,
            task_fingerprint=task.fingerprint,
            outcome=outcome_record(outcome, self.sandbox.isolation.level),
            code=program.code,
        )
        self.held_out.record(record, again=self.request.again)
        return True


@contextmanager
def _ended_on_failure(sandbox: Sandbox, place: Place) -> Iterator[None]:
    """Kill the runs in progress where something fails: their threads are waited for before the task is freed."""
    try:
        yield
    except BaseException:
        sandbox.close()
        place.end()
        raise


def _characters(task: RetrievalTask) -> int:
    return sum(map(len, task.documents.values())) + sum(map(len, task.queries.values()))
