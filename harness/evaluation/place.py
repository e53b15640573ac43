"""Where the programs and the encoder of a job run: on this machine, or on those of a cluster."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

from harness.encoders.cached import CachedEncoder
from harness.encoders.protocol import Encoder
from harness.evaluation.executor import Executor, LocalExecutor, MakeExecutor, find_executor
from harness.evaluation.given import GIVEN
from harness.evaluation.watcher import Watcher
from harness.settings import Settings
from harness.settings.encoder import EncoderSettings
from sandbox import Backend

LoadEncoder = Callable[[EncoderSettings], Encoder]


class Place(Protocol):
    """Makes encoders and executors, one after another, for as long as it is open."""

    def load_encoder(self, settings: EncoderSettings, load: LoadEncoder) -> Encoder:
        """The encoder of the settings, by `load` where it is to be in this process."""

    def make_executor(self, encoder: CachedEncoder, backend: Backend, workers: int) -> Executor:
        """See MakeExecutor."""

    def make_another(self, encoder: CachedEncoder, backend: Backend, workers: int) -> Executor:
        """One beside that of `make_executor`, for other tasks; it may be closed before."""

    def end(self) -> None:
        """End runs in progress at once, as far as `backend` does not end them; may be called twice."""


class _Here:
    """This machine, or wherever an executor of another package runs its programs."""

    def __init__(self, make: MakeExecutor) -> None:
        self._make = make

    def load_encoder(self, settings: EncoderSettings, load: LoadEncoder) -> Encoder:
        return load(settings)

    def make_executor(self, encoder: CachedEncoder, backend: Backend, workers: int) -> Executor:
        return self._make(encoder, backend, workers)

    def make_another(self, encoder: CachedEncoder, backend: Backend, workers: int) -> Executor:
        return LocalExecutor(encoder, backend, workers)  # of what others bring there may be no second

    def end(self) -> None:
        pass


@contextmanager
def open_place(settings: Settings, given: Executor | None = None, watcher: Watcher | None = None) -> Iterator[Place]:
    """The place that the settings name; `watcher` hears what is to be known of its machines.

    Raises UsageError for an unknown name or option and where Ray is not installed, JobError where a package cannot be
    imported or no cluster answers. An object that is not given again is no loss.
    """
    executor = settings.executor
    if given is not None:
        yield _Here(lambda encoder, backend, workers: given)
    elif executor.kind == GIVEN:
        yield _Here(LocalExecutor)
    elif executor.kind == "ray":
        from harness.evaluation.cluster.cluster import open_cluster

        find_executor(executor)  # which refuses options that it lacks
        primitives = settings.program.primitives
        opened = open_cluster(executor, level=settings.sandbox.level, allow_primitives=primitives, watcher=watcher)
        with opened as cluster:
            yield cluster
    else:
        yield _Here(find_executor(executor))
