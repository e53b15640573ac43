"""What no program can compute: the order in which a task is shown, and what an audit asks."""

import hashlib
import secrets
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from archive import Archive, ArchiveError
from harness.settings import Settings
from harness.tasks.task import RetrievalTask


@dataclass(frozen=True)
class Order:
    """How the queries and documents of a task stand before a program.

    Place p holds the query `queries[p]` and the document `documents[p]` of the task; both are permutations, int64.
    """

    queries: NDArray[np.int64]
    documents: NDArray[np.int64]

    def restore(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Values in the order shown, (Q,), as values in the task's own order."""
        restored = np.empty_like(values)
        restored[self.queries] = values
        return restored


@dataclass(frozen=True)
class Secret:
    """Drawn once for an archive and recorded there, so that its runs repeat; no program and no briefing holds it.

    The empty secret is that of runs recorded before there were secrets: tasks are shown in their own order.
    """

    value: str = ""

    def generator(self, *what: str) -> np.random.Generator:
        """A generator of its own for each thing to be drawn."""
        digest = hashlib.blake2b("\0".join((self.value, *what)).encode("utf-8", "surrogatepass"), digest_size=16)
        return np.random.default_rng(int.from_bytes(digest.digest(), "big"))

    def order(self, task: RetrievalTask) -> Order:
        """The order in which programs see a task."""
        n_queries, n_documents = len(task.queries), len(task.documents)
        if not self.value:
            return Order(np.arange(n_queries), np.arange(n_documents))
        return Order(
            self.generator(task.fingerprint, "queries").permutation(n_queries),
            self.generator(task.fingerprint, "documents").permutation(n_documents),
        )

    def unseen(self, task: RetrievalTask, share: float) -> NDArray[np.bool_]:
        """Which queries, (Q,) in the task's own order, a search does not select by: `share` of them rounded.

        At least one query is left on the other side.
        """
        n_queries = len(task.queries)
        count = min(round(share * n_queries), n_queries - 1)
        mask = np.zeros(n_queries, dtype=np.bool_)
        mask[self.generator(task.fingerprint, "unseen").permutation(n_queries)[:count]] = True
        return mask


NO_SECRET = Secret()


def new_secret() -> str:
    """128 bits of the system's randomness, in hexadecimal."""
    return secrets.token_hex(16)


def with_secret(settings: Settings, archive: Archive) -> Settings:
    """Settings with the archive's secret; where it has none, the one that they name or a new one becomes it."""
    kept = archive.secret(otherwise=settings.archive.secret or new_secret())
    value = settings.archive.secret or kept
    return replace(settings, archive=replace(settings.archive, secret=value))


def find_secret(settings: Settings) -> Settings:
    """The same for a job that records nothing: where the archive has no secret, one for this job alone."""
    value = settings.archive.secret or _recorded(Path(settings.archive.path)) or new_secret()
    return replace(settings, archive=replace(settings.archive, secret=value))


def _recorded(path: Path) -> str | None:
    """What the archive has drawn; None where there is no archive, or none that this version can read as it is."""
    if not path.exists():
        return None
    try:
        with Archive.open(path, read_only=True) as archive:
            return archive.recorded_secret()
    except ArchiveError:
        return None
