"""A cluster for as long as a job takes: connected, staffed, and left as it was found."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from harness.encoders.cached import CachedEncoder
from harness.encoders.protocol import Encoder
from harness.evaluation.cluster.connection import connected
from harness.evaluation.cluster.encoders import spread_encoder
from harness.evaluation.cluster.executor import FleetExecutor
from harness.evaluation.cluster.fleet import Fleet
from harness.evaluation.watcher import Watcher
from harness.settings import ExecutorSettings
from harness.settings.encoder import EncoderSettings
from sandbox import Backend


class Cluster:
    """A Place on the machines of a Ray cluster; close it, and what it made, in any order."""

    def __init__(self, settings: ExecutorSettings, fleet: Fleet, watcher: Watcher) -> None:
        self._settings = settings
        self.fleet = fleet
        self._watcher = watcher
        self._resources = ExitStack()

    def load_encoder(self, settings: EncoderSettings, load: Callable[[EncoderSettings], Encoder]) -> Encoder:
        """The encoder in processes of its own, or by `load` where there are to be none."""
        if not self._settings.encoders:
            return load(settings)
        self._resources.close()  # one alive at a time
        return self._resources.enter_context(spread_encoder(settings, self._settings, self.fleet.work))

    def make_executor(self, encoder: CachedEncoder, backend: Backend, workers: int) -> FleetExecutor:
        """See MakeExecutor: programs run on the cluster's workers, whatever `backend` confines them here."""
        return FleetExecutor(encoder, self.fleet, self._watcher)

    def make_another(self, encoder: CachedEncoder, backend: Backend, workers: int) -> FleetExecutor:
        """See Place: on the same workers."""
        return FleetExecutor(encoder, self.fleet)

    def end(self) -> None:
        """End runs in progress at once."""
        self.fleet.close()

    def close(self) -> None:
        """End every worker and encoder."""
        self.fleet.close()
        self._resources.close()


@contextmanager
def open_cluster(
    settings: ExecutorSettings,
    *,
    level: str,
    allow_primitives: bool,
    watcher: Watcher | None = None,
) -> Iterator[Cluster]:
    """Workers on the cluster of the settings, confined at least at `level`; `watcher` hears of nodes left aside.

    Raises UsageError where Ray is not installed, JobError where no cluster answers.
    """
    watcher = watcher or Watcher()
    with connected(settings):
        fleet = Fleet(
            workers=settings.workers,
            level=level,
            allow_primitives=allow_primitives,
            one_class=settings.classes == "one",
            tell=watcher.noted,
        )
        cluster = Cluster(settings, fleet, watcher)
        try:
            yield cluster
        finally:
            cluster.close()


class _OwnExecutor(FleetExecutor):
    """An executor that ends its cluster with itself."""

    def __init__(self, encoder: CachedEncoder, backend: Backend, workers: int) -> None:
        self._stack = ExitStack()
        settings = ExecutorSettings(kind="ray", workers=workers)
        opened = open_cluster(settings, level=backend.isolation.level, allow_primitives=True)
        super().__init__(encoder, self._stack.enter_context(opened).fleet)

    def close(self) -> None:
        """See Executor."""
        super().close()
        self._stack.close()


def own_executor(encoder: CachedEncoder, backend: Backend, workers: int) -> FleetExecutor:
    """An executor over a cluster of this machine that is as well confined as `backend`, until it is closed."""
    return _OwnExecutor(encoder, backend, workers)
