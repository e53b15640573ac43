"""Programs on the workers of a real Ray cluster of this machine, whose processes may die at any time."""

import itertools
import os
import re
import socket
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

import harness
from archive import Archive
from harness import testing
from harness.encoders.cached import CachedEncoder
from harness.encoders.load import load_encoder
from harness.errors import JobError
from harness.evaluation.cluster.cluster import open_cluster
from harness.evaluation.cluster.connection import connected
from harness.evaluation.cluster.encoders import spread_encoder
from harness.evaluation.evaluate import Outcome
from harness.evaluation.executor import find_executor
from harness.evaluation.prepared import prepare_all
from harness.settings import ExecutorSettings
from harness.settings.encoder import EncoderSettings
from harness.testing.samples import small_task
from primitives import programs
from sandbox import Sandbox
from scripts.cluster_processes import ENCODER, WORKER, kill_one

pytestmark = [
    pytest.mark.skipif(find_spec("ray") is None, reason="Ray, the extra 'ray', is not installed"),
    pytest.mark.xdist_group("cluster"),  # one worker of the suite runs all of it, so that it starts one cluster
]

TWO = ExecutorSettings(kind="ray", workers=2, encoders=2)
WORDLLAMA = EncoderSettings(model="wordllama", batch_size=4)


@pytest.fixture(scope="module", autouse=True)
def cluster() -> Iterator[None]:
    """One cluster for this file: what connects meanwhile is connected to it."""
    with connected(TWO):
        yield


def test_outcomes_are_those_of_the_local_executor() -> None:
    testing.check_executor(find_executor(TWO), level="weak")


def test_a_cluster_of_this_machine_is_reached_from_this_machine_alone() -> None:
    import ray

    (node,) = ray.nodes()
    ports = [
        node["NodeManagerPort"],
        node["ObjectManagerPort"],
        int(ray.get_runtime_context().gcs_address.split(":")[1]),
    ]
    assert node["NodeManagerAddress"] == "127.0.0.1"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # sends nothing: which address of this machine others would see
        except OSError:
            pytest.skip("this machine has no address but loopback")
        own = probe.getsockname()[0]
    for port in ports:
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
        with pytest.raises(OSError, match="refused"):
            socket.create_connection((own, port), timeout=5)


def test_a_node_below_the_level_asked_for_runs_nothing_and_says_why(cached_wordllama: CachedEncoder) -> None:
    with (
        Sandbox(level="weak") as sandbox,
        prepare_all([small_task("first")], cached_wordllama) as (task,),
        open_cluster(TWO, level="unheard of", allow_primitives=True) as opened,
        closing(opened.make_executor(cached_wordllama, sandbox, 2)) as executor,
    ):
        error = executor.submit(programs.source("identity"), task).exception(timeout=240)
        assert isinstance(error, JobError)
        assert re.search("Node .* is left aside: 'unheard of' is no isolation level", str(error))
        assert not opened.fleet.census().workers


def test_an_encoder_in_several_processes_is_the_encoder_bit_for_bit() -> None:
    here = load_encoder(WORDLLAMA)
    texts = [f"{'owl ' * (number % 7)}{number}" for number in range(40)]
    with spread_encoder(WORDLLAMA, TWO) as spread:
        assert spread.identity == here.identity
        assert spread.encode(texts).tobytes() == here.encode(texts).tobytes()
        testing.check_encoder(spread)
        testing.check_service(CachedEncoder(spread, None))


class Killer(harness.Watcher):
    """Kills a worker or the encoder after some of the outcomes."""

    def __init__(self) -> None:
        self.killed: Counter[str] = Counter()
        self._outcomes = itertools.count(1)
        self._when = {2: WORKER, 4: ENCODER, 6: WORKER, 9: WORKER}

    def outcome(self, outcome: Outcome) -> None:
        name = self._when.get(next(self._outcomes))
        if name is not None:
            self.killed[name] += kill_one(name, os.getpid())


def test_processes_that_die_change_nothing(quick: list[str], tmp_path: Path) -> None:
    settings = [*quick[1:4], "encoder=wordllama", "sandbox=weak", "archive.secret=same", "search.in_flight=3"]
    settings.append("search.generations=3")
    harness.discover(*settings, f"archive.path={tmp_path / 'local.db'}")
    killer = Killer()
    cluster = ["executor=ray", "executor.workers=2", "executor.encoders=1", f"cache.folder={tmp_path / 'other'}"]
    harness.discover(*settings, *cluster, f"archive.path={tmp_path / 'ray.db'}", watcher=killer)
    assert killer.killed == {WORKER: 3, ENCODER: 1}
    assert _export(tmp_path / "local.db") == _export(tmp_path / "ray.db")


def test_machines_that_compute_otherwise_are_told_of_in_the_outcome(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENBLAS_BLOCK_FACTOR", "20")  # here, and not on the node, whose processes run already
    encoder = CachedEncoder(load_encoder(WORDLLAMA), None)
    with (
        Sandbox(level="weak") as sandbox,
        prepare_all([small_task("first")], encoder) as (task,),
        open_cluster(TWO, level="weak", allow_primitives=True) as opened,
        closing(opened.make_executor(encoder, sandbox, 2)) as executor,
    ):
        outcome = executor.submit(programs.source("identity"), task).result(timeout=240)
    assert outcome.value is not None and outcome.computing_class


def _export(path: Path) -> dict[str, Any]:
    with Archive.open(path, read_only=True) as archive:
        exported = archive.export(archive.resolve_run("latest"))
    for name in ("archive", "cache"):
        exported["config"].pop(name)
    return exported
