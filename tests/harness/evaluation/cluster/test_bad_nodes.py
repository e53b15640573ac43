"""Nodes that fail for reasons of their own: real ones, each with a raylet, all on this machine."""

import json
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

import harness
from archive import MACHINES, Archive
from harness.encoders.cached import CachedEncoder
from harness.errors import JobError
from harness.evaluation.cluster.cluster import open_cluster
from harness.evaluation.cluster.conduct import Conduct
from harness.evaluation.cluster.connection import connected
from harness.evaluation.executor import LocalExecutor
from harness.evaluation.preparing import prepare_all
from harness.settings import ExecutorSettings
from harness.tasks.folder import load_folder
from harness.testing.executors import PROGRAMS
from harness.testing.samples import small_task
from sandbox import Sandbox
from scripts.cluster_processes import WORKER, kill_one, processes
from scripts.prove_nodes import SMALL, Told, nodes, until

pytestmark = [
    pytest.mark.skipif(find_spec("ray") is None, reason="Ray, the extra 'ray', is not installed"),
    pytest.mark.xdist_group("cluster"),
]

MIB = 1024**2
FULL_DISK = {"RAY_local_fs_capacity_threshold": "0.000001"}
"""Ray takes the disk of a node for full where more of it is used than this."""


@pytest.fixture
def cluster() -> Iterator[Any]:
    with nodes() as opened:
        yield opened


@pytest.fixture
def large(tmp_path: Path) -> Path:
    """A task whose inputs take 8 MB, and its similarities 2 MB."""
    folder = tmp_path / "large"
    (folder / "qrels").mkdir(parents=True)
    for name, n_texts in (("corpus", 8000), ("queries", 60)):
        lines = (json.dumps({"_id": f"{name}{at}", "text": f"note {at} on river {at % 37}"}) for at in range(n_texts))
        (folder / f"{name}.jsonl").write_text("\n".join(lines))
    (folder / "qrels" / "test.tsv").write_text("\n".join(f"queries{at}\tcorpus{at}\t1" for at in range(60)))
    return folder


@pytest.fixture
def full_node(cluster: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A node whose object store is smaller than the task, on a disk that is full."""
    from ray._private import ray_constants

    monkeypatch.setattr(ray_constants, "OBJECT_STORE_MINIMUM_MEMORY_BYTES", MIB)
    return cluster.add_node(num_cpus=2, object_store_memory=2 * MIB, env_vars=FULL_DISK, include_dashboard=False)


@pytest.fixture
def small_disk() -> Iterator[Path]:
    """A disk of 8 MB, at a path that is short enough for Ray's sockets."""
    folder = Path(tempfile.mkdtemp(dir="/tmp"))
    mount = ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True).returncode:
        folder.rmdir()
        pytest.skip("nothing may be mounted here")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)
    folder.rmdir()


def test_a_node_that_fails_again_and_again_is_counted_out() -> None:
    conduct = Conduct()
    assert not conduct.failed(3, began=0.0, now=1.0)
    assert not conduct.failed(3, began=0.5, now=1.1)  # began before the first was known: one with it
    assert not conduct.failed(3, began=1.2, now=2.0)
    conduct.went_well()
    found = [conduct.failed(3, began=now, now=now) for now in (3.0, 4.0, 5.0)]
    assert found == [False, False, True] and conduct.failures == 3
    assert not conduct.failed(10, began=6.0, now=6.0)  # of another kind, which is counted alone


def test_a_node_without_room_for_a_task_is_left_aside_and_the_others_go_on(
    cluster: Any, full_node: Any, large: Path, cached_wordllama: CachedEncoder
) -> None:
    told = Told()
    settings = ExecutorSettings(kind="ray", address=cluster.address)
    cluster.add_node(num_cpus=1, **SMALL)
    sources = [PROGRAMS[0], *PROGRAMS[-2:]]
    with (
        Sandbox(level="weak") as sandbox,
        connected(settings),
        prepare_all([load_folder(large)], cached_wordllama) as (task,),
        closing(LocalExecutor(cached_wordllama, sandbox, 1)) as local,
        open_cluster(settings, level="weak", allow_primitives=True, watcher=told) as opened,
        closing(opened.make_executor(cached_wordllama, sandbox, 2)) as executor,
    ):
        expected = [local.run(source, task).score_hash for source in sources]
        while not told.sentences:
            futures = [executor.submit(source, task) for source in sources]
            assert [future.result(timeout=240).score_hash for future in futures] == expected
        summary = executor.summary()
        lost = sum(work.lost for work in executor.work({}))
    (sentence,) = told.sentences
    assert sentence.startswith(
        f"Node {full_node.node_id[:8]} of the cluster is left aside: it failed 3 times one after"
    )
    assert "Ray's object store is full, and the disk that it spills to, too" in sentence
    assert summary.endswith(sentence)
    assert 3 <= lost <= 6  # two workers at most meet each failure


def test_a_node_whose_disk_fills_up_in_the_middle_is_left_aside_and_the_others_go_on(
    cluster: Any, small_disk: Path, cached_wordllama: CachedEncoder
) -> None:
    told = Told()
    settings = ExecutorSettings(kind="ray", address=cluster.address)
    bad = cluster.add_node(num_cpus=1, temp_dir=str(small_disk), **SMALL)
    with (
        Sandbox(level="weak") as sandbox,
        connected(settings),
        prepare_all([small_task("first")], cached_wordllama) as (task,),
        closing(LocalExecutor(cached_wordllama, sandbox, 1)) as local,
        open_cluster(settings, level="weak", allow_primitives=True, watcher=told) as opened,
        closing(opened.make_executor(cached_wordllama, sandbox, 2)) as executor,
    ):
        expected = [local.run(source, task).score_hash for source in PROGRAMS]
        assert executor.submit(PROGRAMS[0], task).result(timeout=240).score_hash == expected[0]
        with pytest.raises(OSError, match="No space left"):
            (small_disk / "filled").write_bytes(bytes(16 * MIB))
        assert kill_one(WORKER, os.getpid())
        cluster.add_node(num_cpus=1, **SMALL)
        futures = [executor.submit(source, task) for source in PROGRAMS]
        assert [future.result(timeout=240).score_hash for future in futures] == expected
        until(lambda: bool(told.sentences))
    (sentence,) = told.sentences
    assert sentence.startswith(f"Node {bad.node_id[:8]} of the cluster is left aside: its workers do not start")


def test_a_worker_that_fails_on_anything_is_replaced_and_its_program_not_charged(
    cluster: Any, cached_wordllama: CachedEncoder
) -> None:
    settings = ExecutorSettings(kind="ray", address=cluster.address)
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as gone,
        Sandbox(level="weak") as sandbox,
        connected(settings),
        prepare_all([small_task("first")], cached_wordllama) as (task,),
        closing(LocalExecutor(cached_wordllama, sandbox, 1)) as local,
    ):
        cluster.add_node(num_cpus=1, env_vars={"TMPDIR": gone}, **SMALL)
        with (
            open_cluster(settings, level="weak", allow_primitives=True) as opened,
            closing(opened.make_executor(cached_wordllama, sandbox, 1)) as executor,
        ):
            expected = local.run(PROGRAMS[1], task)
            assert executor.submit(PROGRAMS[1], task).result(timeout=240).score_hash == expected.score_hash
            shutil.rmtree(gone)  # which the self-test of a new sandbox needs
            (worker,) = processes(WORKER, os.getpid())
            for child in children(worker):
                os.kill(child, signal.SIGKILL)
            outcome = executor.submit(PROGRAMS[1], task).result(timeout=240)
            (work,) = executor.work({PROGRAMS[1]: 1})
    assert (outcome.score_hash, outcome.cost.texts) == (expected.score_hash, expected.cost.texts)
    assert (work.runs, work.lost) == (2, 1)


def children(process: int) -> list[int]:
    """Processes that a process started."""
    return [
        int(pid) for task in Path(f"/proc/{process}/task").iterdir() for pid in (task / "children").read_text().split()
    ]


def test_a_run_whose_last_node_is_left_aside_ends_and_goes_on_elsewhere(
    cluster: Any, full_node: Any, quick: list[str], large: Path, tmp_path: Path
) -> None:
    settings = ["tasks=folder", f"tasks.paths=[{large}]", quick[-1], "encoder=wordllama", "sandbox=weak"]
    settings += ["archive.secret=same", "search.generations=1"]
    archives = whole, moved = tmp_path / "local.db", tmp_path / "ray.db"
    there = ["executor=ray", f"executor.address={cluster.address}"]
    with pytest.raises(JobError, match=f"{full_node.node_id[:8]} of the cluster is left aside: it failed 3 times one"):
        harness.discover(*settings, *there, f"archive.path={moved}")
    with Archive.open(moved, read_only=True) as archive:
        run = archive.resolve_run("latest")
        assert not archive.programs(run)
        (event,) = [event.message for event in archive.events(run) if event.kind == MACHINES]
        assert "is left aside" in event
    harness.resume("latest", "executor=local", archive=moved)
    harness.discover(*settings, f"archive.path={whole}")
    exports = []
    for path in archives:
        with Archive.open(path, read_only=True) as archive:
            exports.append(archive.export(archive.resolve_run("latest")))
        for name in ("archive", "cache", "executor"):
            exports[-1]["config"].pop(name, None)
    assert exports[0] == exports[1]
