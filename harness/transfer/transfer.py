"""From a request to a matrix: what is missing is evaluated, the whole is read back from the archive."""

from dataclasses import dataclass

from archive import NDCG_AT_10, Axis, axis_named
from harness.evaluation.given import open_tasks
from harness.evaluation.watcher import Stopping, Watcher, never
from harness.published.place import open_archive
from harness.transfer.job import evaluate_missing
from harness.transfer.matrix import Matrix, read_matrix
from harness.transfer.request import TransferRequest


@dataclass(frozen=True)
class Transferred:
    """A matrix as far as it is known."""

    matrix: Matrix
    complete: bool
    """Whether every cell asked for is in the archive."""
    seed: int
    """What resampling is drawn with."""
    cost: Axis = "texts"
    """What cost is counted in."""


def transfer(request: TransferRequest, *, watcher: Watcher | None = None, stopping: Stopping = never) -> Transferred:
    """Evaluate the cells of a request that the archive does not have, and return the whole matrix."""
    watcher, settings = watcher or Watcher(), request.settings
    if settings.search.measure != NDCG_AT_10:
        watcher.noted(
            f"A matrix has {NDCG_AT_10} alone; search.measure={settings.search.measure} changes nothing here."
        )
    with open_archive(settings.archive.path) as archive:
        done = evaluate_missing(request, open_tasks(settings, request.tasks, watcher), archive, watcher, stopping)
        fingerprints = [task.fingerprint for task in done.tasks]
        matrix = read_matrix(archive, request.programs, done.encoders, fingerprints)
    return Transferred(matrix, done.complete, settings.search.seed, axis_named(settings.search.cost))
