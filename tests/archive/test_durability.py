"""Processes that die, and processes that share a file."""

import multiprocessing
import random
import signal
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path

import pytest

from archive import Archive, Exchange
from tests.archive import sample_records as sample

WRITER = """
import sys
from archive import Archive
from tests.archive import sample_records as sample
from tests.archive.test_durability import exchange
with Archive.open(sys.argv[1]) as archive:
    run_id = archive.start_run(sample.run())
    for number in range(1, 100_000):
        archive.record_exchange(run_id, exchange(number))
        archive.record_program(run_id, sample.program(name=str(number)), events=[("note", str(number))])
        print(number, flush=True)
"""


def exchange(number: int) -> Exchange:
    return Exchange(number, "answer/0", f"hash-{number}", f"line\n{number}\n" * 50, f"answer {number}")


def require_whole(path: Path) -> None:
    with Archive.open(path, read_only=True) as archive:
        assert archive.db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert archive.db.execute("PRAGMA foreign_key_check").fetchall() == []


def test_killed_at_any_moment_only_whole_generations_are_there(tmp_path: Path) -> None:
    rng = random.Random(0)
    for attempt in range(4):
        path = tmp_path / f"{attempt}.db"
        writer = subprocess.Popen([sys.executable, "-c", WRITER, path], stdout=subprocess.PIPE, text=True)
        assert writer.stdout is not None
        writer.stdout.readline()
        time.sleep(rng.uniform(0, 0.2))
        writer.send_signal(signal.SIGKILL)
        told = 1 + sum(line.endswith("\n") for line in writer.stdout.readlines())
        writer.wait()
        writer.stdout.close()
        require_whole(path)
        with Archive.open(path) as archive:
            run_id = archive.resolve_run("latest")
            programs = archive.programs(run_id)
            assert len(programs) >= told, "what was said to be recorded is there"
            assert [program.number for program in programs] == list(range(1, len(programs) + 1))
            assert all(len(program.record.outcomes) == len(sample.TASKS) for program in programs)
            assert all(len(program.record.usage) == 1 for program in programs)
            assert len(archive.events(run_id)) == len(programs)
            exchanges = archive.exchanges(run_id)
            assert exchanges == [exchange(number) for number in range(1, len(exchanges) + 1)]
            assert len(exchanges) - len(programs) in (0, 1), "an answer is kept before its program"
            assert archive.record_program(run_id, sample.program()) == f"{run_id}.{len(programs) + 1}"


def write_run(path: Path) -> str:
    """A whole run of twenty-five programs."""
    with Archive.open(path) as archive:
        run_id = archive.start_run(sample.run())
        for number in range(1, 26):
            archive.record_exchange(run_id, exchange(number))
            archive.record_program(run_id, sample.program(name=f"{run_id}-{number}"))
        archive.set_status(run_id, "finished")
    return run_id


def test_runs_that_share_a_file_from_its_making_on(tmp_path: Path) -> None:
    path = tmp_path / "shared.db"
    with ProcessPoolExecutor(3, mp_context=multiprocessing.get_context("spawn")) as pool:
        ids = list(pool.map(write_run, [path] * 3))
    require_whole(path)
    with Archive.open(path, read_only=True) as archive:
        assert sorted(run.id for run in archive.runs()) == sorted(ids)
        for run_id in ids:
            assert [program.record.name for program in archive.programs(run_id)] == [
                f"{run_id}-{number}" for number in range(1, 26)
            ]
            assert len(archive.exchanges(run_id)) == 25


def open_at(moment: tuple[Path, float]) -> None:
    path, begin = moment
    time.sleep(max(0.0, begin - time.time()))
    Archive.open(path).close()


@pytest.mark.long
def test_whoever_makes_a_file_at_the_same_moment_waits(tmp_path: Path) -> None:
    """SQLite turns one of them away at once, now and then, however long it was told to wait."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])  # else eight processes would import it
    with ProcessPoolExecutor(8, mp_context=context) as pool:
        for number in range(30):
            list(pool.map(open_at, [(tmp_path / f"{number}.db", time.time() + 0.02)] * 8))


def test_a_reader_sees_a_run_grow(tmp_path: Path) -> None:
    with Archive.open(tmp_path / "a.db") as writer, Archive.open(tmp_path / "a.db", read_only=True) as reader:
        run_id = writer.start_run(sample.run())
        for number in range(1, 4):
            writer.record_program(run_id, sample.program(name=str(number)))
            assert len(reader.programs(run_id)) == number


def test_threads_share_an_open_archive(tmp_path: Path) -> None:
    with Archive.open(tmp_path / "a.db") as archive, ThreadPoolExecutor(4) as pool:
        run_id = archive.start_run(sample.run())
        list(pool.map(lambda number: archive.record_exchange(run_id, exchange(number)), range(1, 101)))
        found = archive.exchanges(run_id)
    assert sorted(found, key=lambda one: one.number) == [exchange(number) for number in range(1, 101)]
