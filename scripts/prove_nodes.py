"""Prove that a whole node may be lost in the middle of runs, and another one join: a Ray cluster of several nodes here.

    .venv/bin/python scripts/prove_nodes.py [--rounds 3]

In every round programs are handed out, a node joins, and the one that ran them is ended without a word. Outcomes are
compared with those of the local executor.

Then trust is tried: hostile programs on a worker; a node that computes otherwise, for programs and for encoders; and
what no setting of ours keeps a hostile machine from, which is Ray itself: to run what it likes on every other one.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from harness.encoders.cached import CachedEncoder
from harness.encoders.load import load_encoder
from harness.errors import EncoderError
from harness.evaluation.cluster.cluster import open_cluster
from harness.evaluation.cluster.connection import connected
from harness.evaluation.cluster.encoders import spread_encoder
from harness.evaluation.executor import Executor, LocalExecutor
from harness.evaluation.preparing import prepare_all
from harness.evaluation.watcher import Watcher
from harness.settings import ExecutorSettings
from harness.settings.encoder import EncoderSettings
from harness.tasks.task import make_task
from harness.testing.attacks import REACHING
from harness.testing.executors import PROGRAMS
from harness.testing.samples import small_task
from sandbox import Sandbox

SMALL = {"object_store_memory": 100 * 1024**2, "include_dashboard": False}


@contextmanager
def nodes() -> Iterator[Any]:
    """A head that runs no programs, all of it on loopback."""
    os.environ |= {"RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0", "RAY_USAGE_STATS_ENABLED": "0", "RAY_worker_niceness": "0"}
    from ray.cluster_utils import Cluster

    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 0, **SMALL})
    try:
        yield cluster
    finally:
        cluster.shutdown()


def prove(cluster: Any, rounds: int) -> bool:
    """Whether every outcome was that of the local executor."""
    settings = ExecutorSettings(kind="ray", address=cluster.address)
    encoder = CachedEncoder(load_encoder(EncoderSettings(model="wordllama")), None)
    node = cluster.add_node(num_cpus=1, **SMALL)
    with (
        Sandbox(level="weak") as sandbox,
        prepare_all([small_task("first")], encoder) as (task,),
        closing(LocalExecutor(encoder, sandbox, 1)) as local,
        connected(settings),
        open_cluster(settings, level="weak", allow_primitives=True) as opened,
        closing(opened.make_executor(encoder, sandbox, 2)) as executor,
    ):
        expected = [local.run(source, task).score_hash for source in PROGRAMS]
        equal = True
        for number in range(1, rounds + 1):
            began = time.monotonic()
            futures = [executor.submit(source, task) for source in PROGRAMS]
            first = futures[0].result().score_hash
            joined = cluster.add_node(num_cpus=1, **SMALL)
            cluster.remove_node(node, allow_graceful=False)
            again = [executor.submit(source, task) for source in PROGRAMS]
            found = [future.result().score_hash for future in [*futures, *again]]
            equal = equal and first == expected[0] and found == 2 * expected
            node = joined
            print(f"round {number}: {len(found)} outcomes in {time.monotonic() - began:.1f} s, all equal: {equal}")
    return equal


def hostile(executor: Executor, folder: Path) -> bool:
    """Whether no hostile program on a worker reached the file, the port or the process of its cluster."""
    import ray

    (folder / "labels").write_text("secret")
    port = int(ray.get_runtime_context().gcs_address.rpartition(":")[2])
    target = json.dumps({"folder": str(folder), "port": port, "process": os.getpid()})
    texts = {f"q{number}": target for number in range(8)}
    plain = small_task("hostile")
    qrels = dict(zip(texts, plain.qrels.values(), strict=True))
    task = make_task(name="hostile", source="prove", queries=texts, documents=plain.documents, qrels=qrels)
    encoder = CachedEncoder(load_encoder(EncoderSettings(model="wordllama")), None)
    kept = True
    with prepare_all([task], encoder) as (ready,):
        for attack in REACHING:
            outcome = executor.submit(attack.source, ready).result()
            held = "REACHED" not in outcome.execution.stdout
            wrong = "" if held else " WHICH SHOULD NOT BE"
            print(f"a program that {attack.name}: {outcome.verdict.value}{wrong}; {outcome.reason[:120]}", flush=True)
            kept = kept and held
    return kept


class Told(Watcher):
    """Keeps what is said of nodes."""

    def __init__(self) -> None:
        self.sentences: list[str] = []

    def noted(self, sentence: str) -> None:
        self.sentences.append(sentence)


def confined(cluster: Any, folder: Path) -> bool:
    """See `hostile`: on the cluster, at the level strict."""
    settings = ExecutorSettings(kind="ray", address=cluster.address)
    encoder = CachedEncoder(load_encoder(EncoderSettings(model="wordllama")), None)
    with (
        Sandbox(level="weak") as sandbox,
        connected(settings),
        open_cluster(settings, level="strict", allow_primitives=True) as opened,
        closing(opened.make_executor(encoder, sandbox, 1)) as executor,
    ):
        return hostile(executor, folder)


def apart(cluster: Any) -> bool:
    """Whether a node that computes otherwise runs no program, and no encoder beside those of the others."""
    told = Told()
    other = cluster.add_node(num_cpus=1, env_vars={"OPENBLAS_BLOCK_FACTOR": "20"}, **SMALL)
    settings = ExecutorSettings(kind="ray", address=cluster.address, encoders=6)
    with connected(settings):
        with open_cluster(settings, level="weak", allow_primitives=True, watcher=told) as opened:
            until(lambda: bool(told.sentences) and opened.fleet.census().workers == 1)
        print(f"a node that computes otherwise: {' '.join(told.sentences)}")
        try:
            with spread_encoder(EncoderSettings(model="wordllama"), settings):
                refused = False
        except EncoderError as error:
            refused = True
            print(f"encoders on both: {error}")
    cluster.remove_node(other)
    return len(told.sentences) == 1 and "last digits may differ" in told.sentences[0] and refused


def until(done: Callable[[], bool], patience_s: float = 120.0) -> None:
    """Wait until something is so. Raises TimeoutError."""
    end = time.monotonic() + patience_s
    while not done():
        if time.monotonic() > end:
            raise TimeoutError("what was waited for has not come")
        time.sleep(0.1)


def machines_trust_each_other(cluster: Any, folder: Path) -> bool:
    """Whether code on one node reads a file on another, as Ray lets it: so no node may be a stranger's."""
    import ray
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

    secret = folder / "labels"
    with connected(ExecutorSettings(kind="ray", address=cluster.address)):
        head = next(node["NodeID"] for node in ray.nodes() if not node["Resources"].get("CPU"))

        def intrude(path: str) -> str:
            there = NodeAffinitySchedulingStrategy(head, soft=False)
            read: Any = ray.remote(num_cpus=0)(lambda: Path(path).read_text())
            found: str = ray.get(read.options(scheduling_strategy=there).remote())
            return found

        found = ray.get(ray.remote(num_cpus=1)(intrude).remote(str(secret)))
    print(f"a hostile machine reads a file of the driver's machine: {found == 'secret'}")
    return bool(found == "secret")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    with nodes() as cluster:
        equal = prove(cluster, arguments.rounds)
        with TemporaryDirectory() as made:
            kept = confined(cluster, Path(made)) and apart(cluster)
            machines_trust_each_other(cluster, Path(made))
    sys.exit(0 if equal and kept else 1)


if __name__ == "__main__":
    main()
