"""Prove that a whole node may be lost in the middle of runs, and another one join: a Ray cluster of several nodes here.

    .venv/bin/python scripts/prove_nodes.py [--rounds 3]

In every round programs are handed out, a node joins, and the one that ran them is ended without a word. Outcomes are
compared with those of the local executor.
"""

import argparse
import os
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from harness.encoders.cached import CachedEncoder
from harness.encoders.load import load_encoder
from harness.evaluation.cluster.cluster import open_cluster
from harness.evaluation.cluster.connection import connected
from harness.evaluation.executor import LocalExecutor
from harness.evaluation.prepared import prepare_all
from harness.settings import ExecutorSettings
from harness.settings.encoder import EncoderSettings
from harness.testing.executors import PROGRAMS
from harness.testing.samples import small_task
from sandbox import Sandbox

SMALL = {"object_store_memory": 100 * 1024**2, "include_dashboard": False}


@contextmanager
def nodes() -> Iterator[Any]:
    """A head that runs no programs, all of it on loopback."""
    os.environ |= {"RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0", "RAY_USAGE_STATS_ENABLED": "0"}
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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    with nodes() as cluster:
        equal = prove(cluster, arguments.rounds)
    sys.exit(0 if equal else 1)


if __name__ == "__main__":
    main()
