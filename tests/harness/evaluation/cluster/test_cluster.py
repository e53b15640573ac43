"""Programs on the workers of a real Ray cluster of this machine, whose processes may die at any time."""

import itertools
import logging
import os
import re
import signal
import socket
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import harness
from archive import Archive, Works
from harness import testing
from harness.encoders.cached import CachedEncoder
from harness.encoders.load import load_encoder
from harness.encoders.protocol import Encoder
from harness.errors import EncoderError, JobError
from harness.evaluation.cluster import shipping
from harness.evaluation.cluster.cluster import Cluster, open_cluster
from harness.evaluation.cluster.connection import connected
from harness.evaluation.cluster.encoders import Facts, require_alike, spread_encoder
from harness.evaluation.cluster.executor import FleetExecutor
from harness.evaluation.cluster.fleet import Fleet
from harness.evaluation.evaluate import Outcome
from harness.evaluation.executor import LocalExecutor, find_executor
from harness.evaluation.prepared import PreparedTask, Reading
from harness.evaluation.preparing import prepare_all
from harness.evaluation.trial import open_part, try_source
from harness.evaluation.workbench import open_workbench
from harness.programs.view import LedgerRow
from harness.settings import ExecutorSettings, compose
from harness.settings.encoder import EncoderSettings
from harness.tasks.task import make_task
from harness.testing.samples import small_task
from primitives import programs
from sandbox import Sandbox
from scripts.cluster_processes import ENCODER, WORKER, kill_one, processes

pytestmark = [
    pytest.mark.skipif(find_spec("ray") is None, reason="Ray, the extra 'ray', is not installed"),
    pytest.mark.xdist_group("cluster"),  # one worker of the suite runs all of it, so that it starts one cluster
]

TWO = ExecutorSettings(kind="ray", workers=2, encoders=2)
WORDLLAMA = EncoderSettings(model="wordllama", batch_size=4)
TOKENS = EncoderSettings(kind="tokens-of", model="minilm", batch_size=8, threads=1, options={"vectors": 8})
MANY = """
from primitives import maxsim


def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts, q_vec, d_vec):
    return maxsim(embed_fn(q_texts, role="query", vectors=6), d_vec, mean=True)
"""


@pytest.fixture(scope="module", autouse=True)
def ray_cluster() -> Iterator[None]:
    """One cluster for this file, with room for two fleets: what connects meanwhile is connected to it."""
    with connected(ExecutorSettings(kind="ray", workers=4)):
        yield


@pytest.fixture(scope="module")
def cluster(ray_cluster: None) -> Iterator[Cluster]:
    """Two workers for all tests that need none of their own."""
    with open_cluster(TWO, level="weak", allow_primitives=True) as opened:
        yield opened


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(level="weak", allow_primitives=True) as opened:
        yield opened


@pytest.fixture
def task(cached_wordllama: CachedEncoder) -> Iterator[PreparedTask]:
    with prepare_all([small_task("first")], cached_wordllama) as (ready,):
        yield ready


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


def test_a_node_below_the_level_asked_for_runs_nothing_and_says_why(
    cached_wordllama: CachedEncoder, task: PreparedTask, sandbox: Sandbox
) -> None:
    with (
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


def test_many_vectors_from_another_process_are_the_encoders_bit_for_bit(
    cluster: Cluster, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, texts = load_encoder(TOKENS), small_task("many")
    with (
        spread_encoder(TOKENS, replace(TWO, encoders=1)) as spread,  # each imports torch
        prepare_all([texts], CachedEncoder(here, None)) as (own,),
        prepare_all([texts], CachedEncoder(spread, None)) as (far,),
        closing(LocalExecutor(CachedEncoder(here, None), sandbox, 1)) as local,
        closing(cluster.make_executor(CachedEncoder(spread, None), sandbox, 2)) as executor,
    ):
        assert spread.identity == here.identity
        assert far.inputs.data().tobytes() == own.inputs.data().tobytes()
        assert np.array_equal(far.inputs.similarity(0, 8), own.inputs.similarity(0, 8))
        asked = executor.submit(MANY, far).result(timeout=240)
        expected = local.run(MANY, own)
        assert expected.value is not None
        assert (asked.score_hash, asked.cost.tokens) == (expected.score_hash, expected.cost.tokens)
        window = Reading(query_batch=4)
        with (
            monkeypatch.context() as patched,
            prepare_all([texts], CachedEncoder(here, None), reading=window) as (ready,),
        ):
            patched.setattr(shipping, "MOST_CELLS", 1)
            with pytest.raises(JobError, match=r"are too many to be sent to other machines; set tasks\.depth"):
                shipping.ship("key", ready.inputs)


@pytest.mark.parametrize("most", [1, shipping.MOST_CELLS])
def test_what_is_sent_has_no_id_no_judgment_and_no_name(
    most: int, cached_wordllama: CachedEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All bytes that any node is given of a task, with similarities and with what computes them."""
    import ray

    monkeypatch.setattr(shipping, "MOST_CELLS", most)
    plain = small_task("TASKNAME")
    documents = {f"DOCID-{key}": text for key, text in plain.documents.items()}
    queries = {f"QUERYID-{key}": text for key, text in plain.queries.items()}
    qrels = {query: {f"DOCID-{query.removeprefix('QUERYID-')}-opened": 1} for query in queries}
    hidden = make_task(name="TASKNAME", source="SOURCENAME", queries=queries, documents=documents, qrels=qrels)
    with prepare_all([hidden], cached_wordllama) as (ready,):
        sent = shipping.ship("key", ready.inputs)
        parts = [sent.layout, ray.get(sent.data), ray.get(sent.similarity)]
    found = b"".join(map(ray.cloudpickle.dumps, parts))
    assert b"The harbour opened" in found
    assert not [word for word in (b"TASKNAME", b"SOURCENAME", b"DOCID", b"QUERYID", b"judgments") if word in found]


def test_encoders_of_machines_that_compute_otherwise_are_refused(wordllama: Encoder) -> None:
    one = Facts(wordllama.identity, None, (), None, "Haswell-00000000")
    require_alike([one, one], one_class=True)
    with pytest.raises(EncoderError, match="Haswell-00000000, SkylakeX-00000000"):
        require_alike([one, replace(one, computing_class="SkylakeX-00000000")], one_class=True)
    require_alike([one, replace(one, computing_class="SkylakeX-00000000")], one_class=False)


def both_workers(fleet: Fleet) -> list[int]:
    """Once both take runs: the second may begin long after the first, and its process before it is ready."""
    for _ in range(600):
        found = list(processes(WORKER, os.getpid()))
        if fleet.census().workers == len(found) == 2:
            return found
        time.sleep(0.2)
    raise AssertionError("The second worker did not begin.")


def test_a_worker_that_stands_still_is_overtaken_and_nothing_counts_twice(
    cluster: Cluster,
    cached_wordllama: CachedEncoder,
    task: PreparedTask,
    sandbox: Sandbox,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, "harness.evaluation.cluster.executor")
    source = f"{programs.source('first_sentence')}# overtaken\n"
    with closing(LocalExecutor(cached_wordllama, sandbox, 1)) as local:
        expected = local.run(source, task)
    with closing(FleetExecutor(cached_wordllama, cluster.fleet, straggles_s=0.5)) as executor:
        executor.submit(source, task).result(timeout=240)
        stopped, _ = both_workers(cluster.fleet)
        os.kill(stopped, signal.SIGSTOP)
        outcomes = [future.result(timeout=240) for future in [executor.submit(source, task) for _ in range(2)]]
        assert "is slow on node" in caplog.text
        assert executor.summary().startswith("Programs ran on 2 workers of 1 machine: 3 runs, ")
        (work,) = [work for work in executor.work({source: 7}) if work.number == 7]
        assert (work.runs, work.texts) == (3, 3 * expected.cost.texts)
    for outcome in outcomes:
        assert (outcome.score_hash, outcome.cost.texts) == (expected.score_hash, expected.cost.texts)


def test_a_trial_runs_on_the_workers_and_tells_what_it_tells_here(
    cluster: Cluster, sandbox: Sandbox, quick: list[str]
) -> None:
    settings = compose([*quick[1:], "encoder=wordllama", "sandbox=weak", "archive.secret=same", "executor.workers=1"])
    source = f"{programs.source('first_sentence')}# a trial\n"
    with open_workbench(settings, [small_task("first")]) as here:
        there = replace(here, make_another=partial(cluster.make_another, here.encoder, sandbox, 2))
        with open_part(here, 1) as some, open_part(there, 1) as far:
            tried, also = try_source(source, 1, here, some, None), try_source(source, 1, there, far, None)
    assert tried.delta is not None and also.delta == tried.delta
    assert [work.runs for work in cluster.fleet.work.records({source: 1}) if work.number == 1] == [1]


class Killer(harness.Watcher):
    """Kills a worker or the encoder after some of the outcomes."""

    def __init__(self) -> None:
        self.killed: Counter[str] = Counter()
        self._outcomes = itertools.count(1)
        self._when = {1: WORKER, 3: ENCODER, 5: WORKER, 7: WORKER}

    def outcome(self, outcome: Outcome) -> None:
        name = self._when.get(next(self._outcomes))
        if name is not None:
            self.killed[name] += kill_one(name, os.getpid(), choice=-1)  # the newest: of this run, not of the fixture


class Ended(harness.Watcher):
    """Says that a run is to stop once so many programs are recorded."""

    def __init__(self, after: int) -> None:
        self._left = after

    def program_recorded(self, row: LedgerRow, verdict: str, best_worth: float | None, n_frontier: int) -> None:
        self._left -= 1

    def asked_to(self) -> bool:
        return self._left <= 0


def test_processes_that_die_change_nothing_nor_does_another_executor(quick: list[str], tmp_path: Path) -> None:
    """A run that began here goes on on a cluster, whose processes die, and ends here."""
    settings = [*quick[1:4], "encoder=wordllama", "sandbox=weak", "archive.secret=same", "search.in_flight=3"]
    settings.append("search.generations=3")
    whole, moved, few = tmp_path / "local.db", tmp_path / "ray.db", Ended(2)
    harness.discover(*settings, f"archive.path={whole}")
    other = f"cache.folder={tmp_path / 'other'}"
    harness.discover(*settings, other, f"archive.path={moved}", watcher=few, stopping=few.asked_to)
    killer = Killer()
    there = ["executor=ray", "executor.workers=2", "executor.encoders=1"]
    harness.resume("latest", *there, archive=moved, watcher=killer, stopping=lambda: killer.killed.total() >= 4)
    assert killer.killed == {WORKER: 3, ENCODER: 1}
    harness.resume("latest", "executor=local", archive=moved)
    assert _export(whole) == _export(moved)
    with Archive.open(moved, read_only=True) as archive:
        works = Works(archive, archive.resolve_run("latest")).all()
    assert {work.node for work in works} == {works[0].node}
    assert sum(work.runs for work in works) > 0 < sum(work.encoded for work in works)


def test_machines_that_compute_otherwise_are_told_of_in_the_outcome(
    monkeypatch: pytest.MonkeyPatch,
    cluster: Cluster,
    cached_wordllama: CachedEncoder,
    task: PreparedTask,
    sandbox: Sandbox,
) -> None:
    monkeypatch.setenv("OPENBLAS_BLOCK_FACTOR", "20")  # here, and not on the node, whose processes run already
    with closing(cluster.make_executor(cached_wordllama, sandbox, 2)) as executor:
        outcome = executor.submit(programs.source("identity"), task).result(timeout=240)
    assert outcome.value is not None and outcome.computing_class


def _export(path: Path) -> dict[str, Any]:
    with Archive.open(path, read_only=True) as archive:
        exported = archive.export(archive.resolve_run("latest"))
    for name in ("archive", "cache"):
        exported["config"].pop(name)
    return exported
