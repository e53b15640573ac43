"""Train heads on discovery tasks, and set them beside programs in-domain and on held-out tasks and encoders."""

import logging
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass

from archive import Archive, Axis, Searched, axis_named
from harness.encoders.cached import CachedEncoder
from harness.encoders.protocol import EncoderIdentity
from harness.errors import UsageError
from harness.evaluation.given import open_encoder, open_search_tasks, open_tasks
from harness.evaluation.watcher import Stopping, Watcher, never
from harness.heads.cells import describe, missing_tasks, record_cells
from harness.heads.comparison import Kinds
from harness.heads.split import SplitTask, split_by_query
from harness.heads.training import TrainedHead, TrainingTask, prepare_training, train_head
from harness.programs.named import NamedProgram, read_programs
from harness.published.place import open_archive
from harness.settings import compose
from harness.settings.heads import HeadsSettings
from harness.tasks.task import RetrievalTask
from harness.transfer.job import evaluate_missing
from harness.transfer.matrix import Matrix, read_matrix
from harness.transfer.request import DEFAULT_TASKS, TransferRequest, read_settings

_log = logging.getLogger(__name__)

TITLES = {
    "seen": "the very queries that heads were trained on",
    "in-domain": "other queries of the tasks that heads were trained on, unseen in training",
    "held-out": "tasks that heads were not trained on",
}


@dataclass(frozen=True)
class HeadsRequest:
    """Where heads are trained and judged, and the programs that stand beside them."""

    transfer: TransferRequest
    """Programs and encoders; the first encoder's vectors train the heads."""
    splits: tuple[SplitTask, ...]
    held_out: tuple[RetrievalTask, ...]

    @property
    def seen(self) -> list[RetrievalTask]:
        """The training tasks with their training queries alone."""
        return [split.train for split in self.splits]

    @property
    def in_domain(self) -> list[RetrievalTask]:
        """The training tasks with their test queries alone."""
        return [split.test for split in self.splits]


@dataclass(frozen=True)
class Judged:
    """Heads and programs in the same three matrices."""

    seen: Matrix
    """On the queries that heads were trained on."""
    in_domain: Matrix
    """On the test queries of the same tasks, unseen in training."""
    held_out: Matrix
    """On tasks that heads were not trained on."""
    kinds: Kinds
    complete: bool
    seed: int
    cost: Axis
    """What cost is counted in."""


def judge_heads(
    words: Sequence[str], held_out: Sequence[str], *, watcher: Watcher | None = None, stopping: Stopping = never
) -> Judged:
    """Train heads and judge them beside programs.

    `words` are programs and settings as for a transfer, `tasks` those to train on; `held_out` are the settings of the
    tasks to judge on.
    """
    watcher = watcher or Watcher()
    request = _read(words, held_out, watcher)
    settings = request.transfer.settings
    with open_archive(settings.archive.path) as archive:
        encoders = _identify(request, watcher)
        heads = _heads(archive, request, encoders, watcher)
        rows = [*request.transfer.programs, *(head for some in heads.values() for head in some)]
        seen, in_domain, on_others = (
            _judge(tasks, rows, encoders, request, archive, watcher, stopping)
            for tasks in (request.seen, request.in_domain, list(request.held_out))
        )
    return Judged(
        seen=seen.matrix,
        in_domain=in_domain.matrix,
        held_out=on_others.matrix,
        kinds={kind: [head.name for head in some] for kind, some in heads.items()},
        complete=seen.complete and in_domain.complete and on_others.complete,
        seed=settings.search.seed,
        cost=axis_named(settings.search.cost),
    )


@dataclass(frozen=True)
class _Part:
    """One of the three matrices, as far as it is known."""

    matrix: Matrix
    complete: bool


def _judge(
    tasks: list[RetrievalTask],
    rows: Sequence[NamedProgram],
    encoders: Sequence[EncoderIdentity],
    request: HeadsRequest,
    archive: Archive,
    watcher: Watcher,
    stopping: Stopping,
) -> _Part:
    """Evaluate the programs, whose cells may be missing, and read theirs and the heads' from the archive."""
    complete = True
    if request.transfer.programs:
        complete = evaluate_missing(request.transfer, tasks, archive, watcher, stopping).complete
    fingerprints = [task.fingerprint for task in tasks]
    return _Part(read_matrix(archive, rows, encoders, fingerprints), complete)


def _read(words: Sequence[str], held_out: Sequence[str], watcher: Watcher) -> HeadsRequest:
    encoders, named = read_settings(words, default_tasks=None)
    programs = read_programs(named, encoders[0])
    with open_archive(encoders[0].archive.path) as archive:
        tasks = open_search_tasks(encoders[0], None, watcher, archive.tasks_held_out())
    splits = [split for task in tasks if (split := split_by_query(task, encoders[0].search.seed)) is not None]
    if not splits:
        raise UsageError("No task has five queries or more, so none can be split; choose other tasks to train on.")
    chosen = list(held_out) if any(word.startswith("tasks=") for word in held_out) else [DEFAULT_TASKS, *held_out]
    judged = open_tasks(compose(chosen), None, watcher)
    for sentence in _refuse_trained_on(tasks, judged):
        watcher.noted(sentence)
    return HeadsRequest(TransferRequest(programs, tuple(encoders)), tuple(splits), tuple(judged))


def _refuse_trained_on(tasks: Sequence[RetrievalTask], judged: Sequence[RetrievalTask]) -> list[str]:
    """Refuse tasks to judge on that heads are trained on, whatever their names; smaller overlaps as sentences."""
    trained_on = Searched(frozenset(task.known for task in tasks))
    told = []
    for task in judged:
        share = trained_on.overlap(task.known)
        if share.seen:
            raise UsageError(f"Task {task.name} is both trained on and held out ({share}); leave it out of one.")
        if share.partial:
            told.append(f"Task {task.name} shares {share} with the tasks that heads are trained on.")
    return told


def _identify(request: HeadsRequest, watcher: Watcher) -> list[EncoderIdentity]:
    """Load one encoder after another to see what it is. Raises UsageError where their widths differ."""
    found: list[EncoderIdentity] = []
    for each in request.transfer.encoders:
        with closing(open_encoder(each, None, watcher)) as encoder:
            found.append(encoder.identity)
        own, other = found[0], found[-1]
        if other.dim != own.dim:
            raise UsageError(
                f"A head trained on {own.name} ({own.dim} wide) does not fit {other.name} ({other.dim} wide); name "
                "encoders of one width."
            )
    return found


def _heads(
    archive: Archive, request: HeadsRequest, encoders: Sequence[EncoderIdentity], watcher: Watcher
) -> dict[str, list[NamedProgram]]:
    """Evaluate each head where it was not, by kind; a head is trained only if it has a cell to fill."""
    settings = request.transfer.settings.heads
    tasks = [*request.seen, *request.in_domain, *request.held_out]
    heads = [
        Head(describe(kind, seed, settings, request.seen, encoders[0]), kind, seed)
        for kind in settings.kinds
        for seed in range(settings.seeds)
    ]
    missing = {
        encoder.fingerprint: {head: missing_tasks(archive, head.row, encoder, tasks) for head in heads}
        for encoder in encoders
    }
    wanted = [head for head in heads if any(each[head] for each in missing.values())]
    trained: dict[Head, TrainedHead] = {}
    for place, each in enumerate(request.transfer.encoders if wanted else ()):
        with closing(open_encoder(each, None, watcher)) as encoder:  # one alive at a time
            prepared = _prepare(request, encoder, watcher) if place == 0 else []
            for head in wanted:
                if place == 0:
                    trained[head] = _train(head, prepared, settings, watcher)
                watcher.doing(f"evaluating {head.row.name} with {encoder.identity.name}")
                record_cells(archive, head.row, trained[head], encoder, missing[encoder.identity.fingerprint][head])
    return {kind: [head.row for head in heads if head.kind == kind] for kind in settings.kinds}


@dataclass(frozen=True)
class Head:
    """A head that may have to be trained, and its row in the matrix."""

    row: NamedProgram
    kind: str
    seed: int


def _prepare(request: HeadsRequest, encoder: CachedEncoder, watcher: Watcher) -> list[TrainingTask]:
    watcher.doing("encoding what heads are trained on")
    n_hard = request.transfer.settings.heads.hard_negatives
    return [prepare_training(split, encoder, n_hard) for split in request.splits]


def _train(head: Head, tasks: Sequence[TrainingTask], settings: HeadsSettings, watcher: Watcher) -> TrainedHead:
    name, began = head.row.name, time.monotonic()
    watcher.doing(f"training {name}")
    trained = train_head(head.kind, tasks, settings, head.seed)
    _log.info("%s is trained in %.2f s", name, time.monotonic() - began)
    watcher.noted(
        f"{name}: {trained.epochs} of at most {settings.epochs} epochs, best on validation after {trained.best_epoch}"
    )
    return trained
