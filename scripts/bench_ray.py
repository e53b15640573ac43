"""Measure executor=ray on this machine: start, scaling, overhead per cell, the encoder service; and set it beside a
simulation.

    .venv/bin/python scripts/bench_ray.py [--sections start,scaling,service,simulation] [--texts 1000]

Two workers need two cores that nobody else uses; the load of the machine is printed with the figures.
"""

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, fields
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from harness.encoders.cached import CachedEncoder
from harness.encoders.load import load_encoder
from harness.encoders.service import EmbedService
from harness.encoders.store import EmbeddingStore
from harness.ending import one_sentence
from harness.evaluation.cluster.cluster import open_cluster
from harness.evaluation.cluster.connection import connected
from harness.evaluation.cluster.encoders import spread_encoder
from harness.evaluation.executor import Executor, LocalExecutor
from harness.evaluation.prepared import PreparedTask
from harness.evaluation.preparing import prepare
from harness.settings import ExecutorSettings
from harness.settings.encoder import EncoderSettings
from harness.tasks.task import make_task
from harness.text import counted
from primitives import programs
from sandbox import Sandbox
from scripts.cluster_processes import ENCODER, processes
from scripts.simulate_cluster import Times, predict, table

BUSY = """
def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):
    return sim + 1e-9 * sum(number % 7 for number in range({steps}))
"""
CELLS = 100
THREADS = 16
TURNS = 5


@dataclass(frozen=True)
class Took:
    """What some cells took."""

    wall_s: float
    driver_s: float
    """Processor time of this process."""
    program_s: float
    """Processor time of the programs."""
    cells: int


@contextmanager
def prepared(encoder: CachedEncoder) -> Iterator[PreparedTask]:
    """A task of 60 queries and 600 documents."""
    documents = {f"d{at}": f"note {at} on {'the north wind ' * (at % 5)}and river {at % 37}" for at in range(600)}
    queries = {f"q{at}": f"river {at % 37} and note {at}" for at in range(60)}
    qrels = {f"q{at}": {f"d{at}": 1} for at in range(60)}
    ready = prepare(make_task(name="notes", source="bench", queries=queries, documents=documents, qrels=qrels), encoder)
    try:
        yield ready
    finally:
        ready.inputs.close()


def run(executor: Executor, sources: Sequence[str], task: PreparedTask) -> Took:
    """Run programs that differ, so that none is known, all at once."""
    wall, driver = time.perf_counter(), time.process_time()
    outcomes = [future.result() for future in [executor.submit(source, task) for source in sources]]
    wall, driver = time.perf_counter() - wall, time.process_time() - driver
    assert all(outcome.value is not None for outcome in outcomes)
    return Took(wall, driver, sum(outcome.execution.cpu_s for outcome in outcomes), len(outcomes))


@contextmanager
def on_cluster(encoder: CachedEncoder, workers: int) -> Iterator[Executor]:
    settings = ExecutorSettings(kind="ray", workers=workers)
    with (
        open_cluster(settings, level="strict", allow_primitives=True) as cluster,
        Sandbox() as sandbox,
        closing(cluster.make_executor(encoder, sandbox, workers)) as executor,
    ):
        while cluster.fleet.census().workers < workers:
            time.sleep(0.05)
        yield executor


def start(encoder: CachedEncoder) -> None:
    """A cluster of this machine, from nothing to its first outcome."""
    began = time.perf_counter()
    with connected(ExecutorSettings(kind="ray", workers=2)):
        up = time.perf_counter() - began
        with on_cluster(encoder, 2) as executor, prepared(encoder) as task:
            executor.submit(programs.source("identity"), task).result()
            print(
                f"start: cluster {up:.1f} s, first outcome {time.perf_counter() - began:.1f} s (limit 10 for a cluster)"
            )


@contextmanager
def on_this_machine(encoder: CachedEncoder, workers: int) -> Iterator[Executor]:
    with Sandbox(workers=workers) as sandbox, closing(LocalExecutor(encoder, sandbox, workers)) as executor:
        yield executor


def scaling(encoder: CachedEncoder, steps: int) -> tuple[dict[str, Took], dict[str, Took]]:
    """Workers here and on a cluster, with programs that compute and with the identity.

    Each in turns with one worker here, so that what else the machine does meets both; two workers here tell what the
    machine itself gives.
    """
    busy, idle = {}, {}
    sources = [BUSY.format(steps=steps + at) for at in range(CELLS // TURNS)]
    quick = [f"{programs.source('identity')}\n# {at}\n" for at in range(CELLS)]
    with prepared(encoder) as task, connected(ExecutorSettings(kind="ray", workers=2)):
        for make, workers in ((on_this_machine, 2), (on_cluster, 1), (on_cluster, 2)):
            name = f"{'ray' if make is on_cluster else 'here'} {workers}"
            with on_this_machine(encoder, 1) as one, make(encoder, workers) as several:
                for executor in (one, several):
                    run(executor, sources[: 2 * workers], task)
                turns = [
                    [run(executor, some, task) for executor in (one, several) for some in (sources, quick)]
                    for _ in range(TURNS)
                ]
            *alone, busy[name], idle[name] = (added(each) for each in zip(*turns, strict=True))
            print(f"{name}: {_compared(turns)}; cells of {alone[0].program_s / CELLS:.2f} s")
    return busy, idle


def _compared(turns: Sequence[Sequence[Took]]) -> str:
    """Of one worker here and of several: programs that compute, the identity."""
    ratios = [alone.wall_s / took.wall_s for alone, _, took, _ in turns]
    more = [_each_ms(quick) - _each_ms(alone) for _, alone, _, quick in turns]
    driver_ms = 1000 * statistics.mean(took.driver_s / took.cells for _, _, took, _ in turns)
    return (
        f"{_told(ratios, '.2f')} times one worker here; driver {driver_ms:.1f} ms a cell; the identity takes "
        f"{_told(more, '+.1f')} ms a cell more"
    )


def added(turns: Sequence[Took]) -> Took:
    """All turns together."""
    return Took(*(sum(getattr(turn, field.name) for turn in turns) for field in fields(Took)))


def _each_ms(took: Took) -> float:
    return 1000 * took.wall_s / took.cells


def _told(values: Sequence[float], form: str) -> str:
    return f"{statistics.median(values):{form}} ({min(values):{form}} to {max(values):{form}})"


def service(model: str, n_texts: int) -> None:
    """Sixteen programs that embed texts one by one, against the bare model on as many texts at once.

    They take turns, so that what else the machine does meets all alike. No text comes twice.
    """
    settings = EncoderSettings(model=model)
    executor = ExecutorSettings(kind="ray", workers=2, encoders=1)
    bare = load_encoder(settings)
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        stack.enter_context(connected(executor))
        spread = stack.enter_context(spread_encoder(settings, executor))
        ways: dict[str, Callable[[Sequence[str]], object]] = {"the bare model": bare.encode}
        for name, encoder in (("encoder here", bare), ("encoder in a process of its own", spread)):
            store = stack.enter_context(closing(EmbeddingStore(f"{folder}/{name}", 4 << 30)))
            ways[f"{THREADS} askers, {name}"] = partial(one_by_one, CachedEncoder(encoder, store))
        for number, ask in enumerate(ways.values()):
            ask([f"Warm {number} {at}." for at in range(2 * THREADS)])
        spent: dict[str, list[Spent]] = {name: [] for name in ways}
        for turn in range(TURNS):
            for number, (name, ask) in enumerate(ways.items()):
                label = f"{turn}-{number}"
                each = range(THREADS * n_texts // TURNS)
                texts = [f"Sentence {at} of turn {label}, of those that are embedded one by one." for at in each]
                spent[name].append(spend(ask, texts))
    alone = spent["the bare model"]
    print(f"{model}, {TURNS} turns of {THREADS * n_texts // TURNS:,} texts; batches of {settings.batch_size}")
    for name, turns in spent.items():
        wall = [own.wall_s / one.wall_s for own, one in zip(alone, turns, strict=True)]
        cpu = [own.cpu_s / one.cpu_s for own, one in zip(alone, turns, strict=True)]
        rate = THREADS * n_texts / sum(one.wall_s for one in turns)
        print(
            f"  {name}: {rate:,.0f} texts/s; of the bare model's speed {statistics.median(wall):.2f} "
            f"({min(wall):.2f} to {max(wall):.2f}) by the clock, {statistics.median(cpu):.2f} ({min(cpu):.2f} to "
            f"{max(cpu):.2f}) by processor time (target 0.8)"
        )


@dataclass(frozen=True)
class Spent:
    """What some texts took."""

    wall_s: float
    cpu_s: float
    """Of this process and of those that encode."""


def spend(ask: Callable[[Sequence[str]], object], texts: Sequence[str]) -> Spent:
    """Have texts embedded."""
    began, busy = time.perf_counter(), processor_s()
    ask(texts)
    return Spent(time.perf_counter() - began, processor_s() - busy)


def processor_s() -> float:
    """Processor seconds of this process and of the encoders of its cluster, up to now."""
    ticks = 0
    for process in processes(ENCODER, os.getpid()):
        user, system = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[11:13]
        ticks += int(user) + int(system)
    return time.process_time() + ticks / os.sysconf("SC_CLK_TCK")


def one_by_one(asked: EmbedService, texts: Sequence[str]) -> None:
    """Embed texts, each alone, all askers at the same time."""

    def ask(some: Sequence[str]) -> None:
        for text in some:
            asked.embed([text])

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(ask, [texts[at::THREADS] for at in range(THREADS)]))


def simulation(busy: dict[str, Took], idle: dict[str, Took]) -> None:
    """The measurement beside what the simulation says of it, and what it says of clusters that are not at hand."""
    one = busy["ray 1"]
    driver_s = statistics.mean(idle[name].driver_s / idle[name].cells for name in ("ray 1", "ray 2"))
    times = Times(cell_s=one.wall_s / one.cells - driver_s, driver_s=driver_s, cells=12)
    print(f"simulated with {times.cell_s:.2f} s a cell and {1000 * driver_s:.1f} ms of the driver")
    for workers in (1, 2):
        took = busy[f"ray {workers}"]
        measured = 3600 * took.cells / took.wall_s / times.cells
        predicted = predict(times, workers, 1).programs_per_hour
        print(f"  {counted(workers, 'worker')}: predicted {predicted:,.0f} programs an hour, measured {measured:,.0f}")
    asking = Times(**{**vars(times), "asks": 5.0, "ask_driver_s": 0.001, "encode_s": 0.02})
    print("Programs that ask for nothing, and with 5 requests of 20 ms each for every cell:")
    print("\n".join([*table(times, encoders=(1,)), "", *table(asking)]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sections", default="start,scaling,service,simulation")
    parser.add_argument("--texts", type=int, default=1000)
    parser.add_argument("--encoder", default="minilm")
    parser.add_argument("--steps", type=int, default=8_000_000)
    arguments = parser.parse_args()
    sections = arguments.sections.split(",")
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    encoder = CachedEncoder(load_encoder(EncoderSettings(model="wordllama")), None)
    if "start" in sections:
        start(encoder)
    if "scaling" in sections or "simulation" in sections:
        took = scaling(encoder, arguments.steps)
        if "simulation" in sections:
            simulation(*took)
    if "service" in sections:
        service(arguments.encoder, arguments.texts)
    print(f"load {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    with one_sentence("bench_ray"):
        main()
