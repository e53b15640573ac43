"""Measure the sandbox: start, locks, embedding, leaks, kills. Prints a figure and its goal per line.

    OMP_NUM_THREADS=1 .venv/bin/python scripts/bench_sandbox.py [--quick]

Compares with and without layers in the same process, alternating, so that other load on the machine hits both.
"""

import argparse
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from harness.ending import one_sentence
from sandbox import EmbedRequest, Execution, Limits, Sandbox, TaskInputs, Verdict
from sandbox.doctor import examine
from sandbox.launcher import Launcher
from sandbox.layers.names import LAYERS
from sandbox.zygote_handle import ZygoteConfig, ZygoteHandle

DIM = 384
HEAD = "import numpy as np\nimport time\n\n\ndef rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):\n"
IDENTITY = HEAD + "    return sim\n"
FOREVER = HEAD + "    while True:\n        pass\n"
ROUND_TRIPS = 2000
ONE_TEXT = HEAD + f"    for _ in range({ROUND_TRIPS}):\n        embed_fn([d_texts[0]])\n    return sim\n"
NUMPY_WORK = (
    HEAD
    + """    start = time.perf_counter()
    for _ in range(20):
        gram = d_emb[:600] @ d_emb[:600].T
        np.argsort(gram, axis=1)
        np.linalg.norm(gram - gram.mean(axis=0), axis=1)
    print(time.perf_counter() - start)
    return sim
"""
)


def unit_rows(count: int) -> NDArray[np.float32]:
    rows = np.random.default_rng(count).normal(size=(count, DIM)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return rows


def make_inputs(queries: int, documents: int) -> TaskInputs:
    q_emb, d_emb = unit_rows(queries), unit_rows(documents)
    texts = [f"A text of some three hundred characters, number {i}. " * 6 for i in range(documents)]
    return TaskInputs.create(q_emb, d_emb, q_emb @ d_emb.T, texts[:queries], texts)


ROW = unit_rows(1)


def embed(request: EmbedRequest) -> NDArray[np.float32]:
    return np.repeat(ROW, len(request.texts), axis=0)


def report(what: str, figure: str, goal: str = "") -> None:
    print(f"{what:<58} {figure:>24}   {goal}", flush=True)


def milliseconds(values: list[float]) -> str:
    return f"median {1e3 * float(np.median(values)):.2f}, min {1e3 * min(values):.2f} ms"


@contextmanager
def both() -> Iterator[tuple[Callable[..., Execution], Callable[..., Execution], ZygoteHandle]]:
    """Run functions without layers and with all of them, and the locked zygote."""
    zygotes: list[ZygoteHandle] = []
    with (
        Launcher(ZygoteConfig(layers=()), 1, lambda zygote: None) as bare,
        Launcher(ZygoteConfig(layers=LAYERS), 1, zygotes.append) as locked,
    ):
        bare.warm_up()
        locked.warm_up()
        yield bare.run, locked.run, zygotes[0]


def timed(run: Callable[..., Execution], source: str, inputs: TaskInputs) -> tuple[float, Execution]:
    start = time.perf_counter()
    execution = run(source, inputs, embed, Limits.for_inputs(inputs))
    assert execution.verdict is Verdict.OK, execution.reason
    return time.perf_counter() - start, execution


def bench_start(repeats: int) -> None:
    began = time.perf_counter()
    ZygoteHandle(ZygoteConfig()).close()
    report("zygote, from nothing to ready and closed", f"{1e3 * (time.perf_counter() - began):.0f} ms")
    with both() as (bare, locked, zygote), make_inputs(20, 2000) as inputs:
        pairs = [(timed(bare, IDENTITY, inputs)[0], timed(locked, IDENTITY, inputs)[0]) for _ in range(repeats)]
        without, with_layers = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
        report("identity on 20 x 2,000, no layers", milliseconds(without))
        report("identity on 20 x 2,000, all layers", milliseconds(with_layers), "median under 25 ms")
        ratio = float(np.median(with_layers) / np.median(without))
        report("  all layers / no layers", f"{ratio:.2f}", "at most 2")
        work = [[float(timed(run, NUMPY_WORK, inputs)[1].stdout) for run in (bare, locked)] for _ in range(9)]
        slowdown = float(np.median([locked / bare for bare, locked in work]))
        report("numpy work (matmul, argsort, norm): locked / bare", f"{slowdown:.3f}", "1, within noise")
        trips = []
        for _ in range(5):
            _, execution = timed(locked, ONE_TEXT, inputs)
            trips.append((execution.wall_s - execution.encoder_s) / ROUND_TRIPS)
        report("embed_fn of one text, encoder not counted", f"{1e6 * float(np.median(trips)):.0f} us", "under 100 us")
        began = time.perf_counter()
        diagnosis = examine(zygote, "none")
        report(f"self-test (level {diagnosis.isolation.level})", f"{1e3 * (time.perf_counter() - began):.0f} ms")


def bench_large(queries: int, documents: int) -> None:
    with both() as (_, locked, _), make_inputs(queries, documents) as inputs:
        seconds, execution = timed(locked, IDENTITY, inputs)
        text = f"{seconds:.2f} s, peak {execution.peak_rss_bytes >> 20} MiB"
        report(f"identity on {queries:,} x {documents:,}", text)


def bench_leaks(count: int) -> None:
    with Launcher(ZygoteConfig(), 1, lambda zygote: None) as launcher, make_inputs(20, 200) as inputs:
        for _ in range(100):
            timed(launcher.run, IDENTITY, inputs)
        before = footprint()
        for _ in range(count):
            timed(launcher.run, IDENTITY, inputs)
        after = footprint()
    growth = f"{after[0] - before[0]:+d}, {after[1] - before[1]:+d}, {(after[2] - before[2]) / 1024:+.1f} MiB"
    report(f"{count:,} programs: descriptors, processes, memory", growth, "no growth")


def footprint() -> tuple[int, int, int]:
    """Descriptors, descendants and resident KiB of this process and its descendants."""
    family = [os.getpid(), *descendants(os.getpid())]
    resident = sum(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * 4 for pid in family)
    return sum(len(list(Path(f"/proc/{pid}/fd").iterdir())) for pid in family), len(family) - 1, resident


def descendants(pid: int) -> list[int]:
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            found += [int(child), *descendants(int(child))]
    return found


def bench_kill(count: int) -> None:
    limit, overshoots = 0.1, []
    with Launcher(ZygoteConfig(), 1, lambda zygote: None) as launcher, make_inputs(2, 20) as inputs:
        launcher.warm_up()
        for _ in range(count):
            execution = launcher.run(FOREVER, inputs, embed, Limits(wall_s=limit))
            assert execution.verdict is Verdict.TIMEOUT
            overshoots.append(execution.wall_s - limit)
    figure = f"p95 {1e3 * float(np.percentile(overshoots, 95)):.1f}, max {1e3 * max(overshoots):.1f} ms"
    report(f"limit to reaped, {count} programs", figure, "p95 under 50 ms")


def bench_killed_harness(count: int) -> None:
    survivors = 0
    for seed in range(count):
        harness = subprocess.Popen([sys.executable, __file__, "--victim"], stdout=subprocess.PIPE)
        assert harness.stdout is not None
        harness.stdout.readline()
        time.sleep(random.Random(seed).uniform(0, 0.4))
        family = descendants(harness.pid)
        harness.send_signal(signal.SIGKILL)
        harness.wait()
        harness.stdout.close()
        time.sleep(1)
        survivors += sum(map(is_alive, family))
    report(f"harness killed at {count} random moments: survivors", str(survivors), "none after 1 s")


def is_alive(pid: int) -> bool:
    """Whether a process still runs; one that only waits to be reaped by its new parent does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def be_a_victim() -> None:
    """A harness that runs programs with two workers until it is killed."""
    from concurrent.futures import ThreadPoolExecutor

    with Sandbox(workers=2, level="none") as sandbox, make_inputs(20, 200) as inputs, ThreadPoolExecutor(2) as pool:
        print("ready", flush=True)
        limits = Limits(wall_s=0.1)
        while True:
            list(pool.map(lambda source: sandbox.run(source, inputs, embed=embed, limits=limits), (IDENTITY, FOREVER)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="fewer repetitions, no large task")
    parser.add_argument("--victim", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.victim:
        be_a_victim()
    quick = arguments.quick
    bench_start(40 if quick else 200)
    if not quick:
        bench_large(4000, 12_504)
    bench_leaks(300 if quick else 5000)
    bench_kill(20 if quick else 100)
    bench_killed_harness(3 if quick else 20)


if __name__ == "__main__":
    with one_sentence("bench_sandbox"):
        main()
