"""What the archive costs: milliseconds per recorded program, early and late in a run, and bytes per program.

Programs are like those of a real run: 2 kB of source whose lines are drawn from the reference programs, 14 outcomes of
150 queries, and one model call whose prompt holds the newest 150 rows of the ledger and whose answer holds the source.
Run: python scripts/bench_archive.py [programs]
"""

import argparse
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from archive import Archive, Exchange, OutcomeRecord, ProgramRecord, RunRecord, TaskRecord, UsageRecord, non_dominated
from harness.ending import one_sentence
from primitives import programs

N_TASKS, N_QUERIES, SOURCE_BYTES, LEDGER_ROWS = 14, 150, 2000, 150
LINES = [line for name in programs.names() for line in programs.source(name).splitlines() if line.strip()]
WORDS = sorted({word for line in LINES for word in line.split() if word.isalpha()})


def words(rng: random.Random, n: int) -> str:
    """Something an author might say."""
    return " ".join(rng.choice(WORDS) for _ in range(n))


def source(rng: random.Random) -> str:
    """Lines of real programs, with a constant of its own in each tenth."""
    text = ""
    while len(text) < SOURCE_BYTES:
        text += rng.choice(LINES) + (f" * {rng.random():.3f}" if rng.random() < 0.1 else "") + "\n"
    return text


def run_record() -> RunRecord:
    baseline = np.random.default_rng(0).random(N_QUERIES, dtype=np.float32)
    tasks = [
        TaskRecord(
            name=f"Task{n}Name", source="documentation", fingerprint=f"{n:032d}", domain="code", n_queries=N_QUERIES,
            n_documents=300, baseline_ndcg=0.5, baseline_per_query=baseline,
            query_ids=[f"query-{number}" for number in range(N_QUERIES)],
            baseline_texts=450, baseline_tokens=9000, baseline_seconds=1.0,
        )
        for n in range(N_TASKS)
    ]  # fmt: skip
    return RunRecord("compute", 0, {}, {}, {}, {"name": "minilm", "fingerprint": "f"}, {}, tasks)


def program_record(rng: random.Random, number: int) -> ProgramRecord:
    """A program that ended OK on every task."""
    values = np.random.default_rng(number).random((N_TASKS, N_QUERIES), dtype=np.float32)
    outcomes = [
        OutcomeRecord(
            task=f"Task{task}Name", verdict="ok", reason="", ndcg=rng.random(), delta=rng.random(), texts=1200,
            tokens=30_000, per_query=values[task], encoder_seconds=0.5, wall_s=rng.random(), cpu_s=rng.random(),
            peak_rss=80_000_000, score_hash=f"{rng.getrandbits(128):032x}", isolation_level="strict",
        )
        for task in range(N_TASKS)
    ]  # fmt: skip
    usage = UsageRecord("anthropic", "some-model-1", request_id=f"req_{number:020d}", input_uncached=900, output=2500)
    return ProgramRecord(
        generation=number, name=f"Program{number}", source=source(rng), exact_hash=f"{rng.getrandbits(128):032x}",
        structure_hash=f"{rng.getrandbits(128):032x}", parents=[], mode="full", novelty_claim=words(rng, 30),
        expected_effect=words(rng, 15), lesson=words(rng, 25), status="evaluated", verdict="ok", reason="",
        mean_delta=(delta := rng.uniform(-0.1, 0.1)), worth=delta, cost_ratio=rng.uniform(1, 8), wins=7,
        ties=1, losses=6, outcomes=outcomes,
        usage=[usage],
    )  # fmt: skip


def exchange(number: int, ledger: list[str], record: ProgramRecord) -> Exchange:
    """A prompt and an answer for this program."""
    request = "\n".join(["the contract, " * 200, *ledger[-LEDGER_ROWS:]])
    answer = "\n".join([record.novelty_claim, record.expected_effect, record.lesson, record.source])
    return Exchange(number, "answer/0", f"{number:032x}", request, answer)


def timed(taken: list[float], job: Callable[[], object]) -> None:
    started = time.perf_counter()
    job()
    taken.append((time.perf_counter() - started) * 1e3)


def main(n_programs: int) -> None:
    """Print all figures."""
    rng = random.Random(0)
    taken: dict[str, list[float]] = {"exchange": [], "program": []}
    ledger: list[str] = []
    with tempfile.TemporaryDirectory() as folder, Archive.open(Path(folder) / "bench.db") as archive:
        run_id = archive.start_run(run_record())
        for number in range(1, n_programs + 1):
            record = program_record(rng, number)
            asked = exchange(number, ledger, record)
            ledger.append(f"{number} {record.name}: {record.mean_delta} {record.cost_ratio} {record.lesson}")
            timed(taken["exchange"], lambda asked=asked: archive.record_exchange(run_id, asked))  # type: ignore[misc]
            timed(taken["program"], lambda record=record: archive.record_program(run_id, record))  # type: ignore[misc]
        report_writing(taken, n_programs)
        report_size(archive, n_programs)
        report_reading(archive, run_id)


def report_writing(taken: dict[str, list[float]], n_programs: int) -> None:
    for kind, milliseconds in taken.items():
        for at in (100, n_programs):
            near = milliseconds[at - 50 : at]
            print(f"record {kind:<8} near {at:>5}: median {statistics.median(near):.2f} ms, max {max(near):.2f} ms")


def report_size(archive: Archive, n_programs: int) -> None:
    archive.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    per_query = N_TASKS * N_QUERIES * 4
    size = archive.path.stat().st_size / n_programs
    print(f"size: {size:.0f} bytes a program, {size - per_query:.0f} beside {per_query} of per-query values")


def report_reading(archive: Archive, run_id: str) -> None:
    taken: list[float] = []
    timed(taken, lambda: archive.programs(run_id))
    timed(taken, lambda: archive.frontier(run_id))
    numbers = [(p.record.cost_ratio or 0.0, p.record.mean_delta or 0.0) for p in archive.programs(run_id)]
    timed(taken, lambda: non_dominated(*zip(*numbers, strict=True)))
    print(f"read all programs: {taken[0]:.0f} ms; frontier by the view: {taken[1]:.1f} ms; by numpy: {taken[2]:.2f} ms")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("programs", nargs="?", type=int, default=2000)
    with one_sentence("bench_archive"):
        main(parser.parse_args().programs)
