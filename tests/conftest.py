"""Real parts that several test rooms share."""

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from harness.encoders.cached import CachedEncoder
from harness.encoders.load import load_encoder
from harness.encoders.protocol import Encoder
from harness.encoders.store import EmbeddingStore
from harness.settings.encoder import EncoderSettings
from tests.harness.small_tasks import write_task

# The same examples on every machine, and no deadline: a busy one is no fault of the code.
settings.register_profile("any machine", deadline=None, derandomize=True, max_examples=40)
settings.load_profile("any machine")


def pytest_configure(config: pytest.Config) -> None:
    """One cache for the whole session, its workers and the processes of its tests, and none of the person's own.

    Compiled modules are kept, whatever the environment says: hundreds of processes would each compile the program.
    Workers side by side compute with a thread each: with more, threads wait for one another on the cores of others.
    """
    sys.dont_write_bytecode = False
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    if "PYTEST_XDIST_WORKER" not in os.environ:
        if getattr(config.option, "numprocesses", None):
            os.environ.setdefault("OMP_NUM_THREADS", "1")
        folder = tempfile.mkdtemp(prefix="ttc-tests-")
        os.environ["XDG_CACHE_HOME"] = folder
        config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))


ONE_WORKER = frozenset({"begun", "told", "unbroken"})
"""Fixtures of a module that take many seconds: one worker of the suite makes each, and runs the tests that have it."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long tests begin first, so that no worker is busy with one when the others have nothing left."""
    for item in items:
        if isinstance(item, pytest.Function) and ONE_WORKER.intersection(item.fixturenames):
            item.add_marker(pytest.mark.xdist_group(item.path.stem))
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


@pytest.fixture(scope="session")
def wordllama() -> Encoder:
    """A real and fast encoder: static, 256 wide, tens of thousands of sentences per second."""
    return load_encoder(EncoderSettings(model="wordllama", batch_size=1024))


@pytest.fixture
def cached_wordllama(wordllama: Encoder, tmp_path: Path) -> Iterator[CachedEncoder]:
    """The same behind a cache of its own."""
    store = EmbeddingStore(tmp_path / "embeddings", max_bytes=256 * 1024**2)
    yield CachedEncoder(wordllama, store)
    store.close()


@pytest.fixture
def quick(tmp_path: Path) -> list[str]:
    """Settings: three small tasks, a fast encoder, an archive and a cache in the test's own folder."""
    paths = ",".join(str(write_task(tmp_path / f"task-{shift}", shift)) for shift in range(3))
    return [
        "encoders=[wordllama]",
        "tasks=folder",
        f"tasks.paths=[{paths}]",
        f"archive.path={tmp_path / 'archive.db'}",
        f"cache.folder={tmp_path / 'cache'}",
    ]
