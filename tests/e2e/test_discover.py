"""A run from proposal to frontier, and what becomes of it when it is cut short."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from archive import Archive, Program
from tests.e2e.conftest import QUICK, Ttc, environment


def summary(program: Program) -> tuple[Any, ...]:
    """All of a program but its times and its run's id."""
    record = program.record
    parents = [parent.split(".")[1] for parent in record.parents]
    outcomes = [
        (
            o.task,
            o.verdict,
            o.ndcg,
            o.delta,
            o.texts,
            o.tokens,
            o.score_hash,
            None if o.per_query is None else list(o.per_query),
        )
        for o in record.outcomes
    ]
    return program.number, record.name, record.source, record.status, record.verdict, parents, record.lesson, outcomes


def programs_of(path: Path) -> list[tuple[Any, ...]]:
    with Archive.open(path, read_only=True) as archive:
        (run,) = archive.runs()
        return [summary(program) for program in archive.programs(run.id)]


def status_of(path: Path) -> str:
    with Archive.open(path, read_only=True) as archive:
        (run,) = archive.runs()
        return run.status


def start(folder: Path, *arguments: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "harness", "discover", *QUICK, *arguments],
        cwd=folder,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def wait_for_lines(process: "subprocess.Popen[str]", count: int) -> None:
    assert process.stdout is not None
    for _ in range(count):
        assert process.stdout.readline(), process.stderr and process.stderr.read()


@pytest.fixture(scope="module")
def unbroken(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[Any, ...]]:
    """The programs of a run that nothing disturbed."""
    folder = tmp_path_factory.mktemp("unbroken")
    process = start(folder, "search.generations=5")
    out, err = process.communicate(timeout=280)
    assert process.returncode == 0, err
    assert "is complete" in out
    return programs_of(folder / "ttc-archive.db")


def test_a_run_records_seeds_and_generations_and_finds_something(unbroken: list[tuple[Any, ...]]) -> None:
    assert [program[0] for program in unbroken] == list(range(1, 9))
    assert [program[1] for program in unbroken[:3]] == ["identity", "soft_centroid", "first_sentence"]
    assert all(outcome[3] == 0.0 for outcome in unbroken[0][7]), "the identity program changes nothing"
    assert len({program[2] for program in unbroken}) == len(unbroken)
    assert any(program[4] == "ok" and program[5] for program in unbroken[3:]), "something was built on a parent"


def test_killed_and_resumed_equals_unbroken(tmp_path: Path, ttc: Ttc, unbroken: list[tuple[Any, ...]]) -> None:
    process = start(tmp_path, "search.generations=5")
    wait_for_lines(process, 4)
    time.sleep(0.15)
    process.kill()
    process.communicate()
    archive = tmp_path / "ttc-archive.db"
    assert 0 < len(programs_of(archive)) < len(unbroken)
    resumed = ttc("resume")
    assert resumed.returncode == 0, resumed.stderr
    assert programs_of(archive) == unbroken
    assert status_of(archive) == "finished"


def test_an_interrupt_ends_after_the_current_program_and_says_how_to_go_on(
    tmp_path: Path, ttc: Ttc, unbroken: list[tuple[Any, ...]]
) -> None:
    process = start(tmp_path, "search.generations=5")
    wait_for_lines(process, 2)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=280)
    assert process.returncode == 1
    assert "Stopping after the current program" in err
    assert "ttc resume" in out
    archive = tmp_path / "ttc-archive.db"
    assert status_of(archive) == "stopped"
    assert ttc("resume").returncode == 0
    assert programs_of(archive) == unbroken


def test_two_runs_share_one_archive(tmp_path: Path) -> None:
    both = [start(tmp_path, "search.generations=2", f"search.seed={seed}") for seed in (0, 1)]
    for process in both:
        _, err = process.communicate(timeout=280)
        assert process.returncode == 0, err
    with Archive.open(tmp_path / "ttc-archive.db", read_only=True) as archive:
        assert [len(archive.programs(run.id)) for run in archive.runs()] == [5, 5]
        for run in archive.runs():
            (event,) = [event for event in archive.events(run.id) if event.kind == "metric"]
            assert "with its labels shuffled" in event.message


def test_resume_refuses_a_changed_task(tmp_path: Path, ttc: Ttc) -> None:
    folder = tmp_path / "corpus"
    (folder / "qrels").mkdir(parents=True)
    (folder / "corpus.jsonl").write_text("".join(f'{{"_id": "d{i}", "text": "text {i}"}}\n' for i in range(12)))
    (folder / "queries.jsonl").write_text('{"_id": "q", "text": "text 3"}\n')
    (folder / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\nq\td3\t1\n")
    arguments = ["encoder=wordllama", "tasks=folder", f"tasks.paths=[{folder}]", "search.generations=0"]
    started = ttc("discover", *arguments)
    assert started.returncode == 0, started.stderr
    (folder / "queries.jsonl").write_text('{"_id": "q", "text": "another text"}\n')
    resumed = ttc("resume")
    assert resumed.returncode == 1
    assert "is not what this run was recorded with" in resumed.stderr
    assert "Traceback" not in resumed.stderr


def test_json_of_the_looking_verbs(tmp_path: Path, ttc: Ttc) -> None:
    assert ttc("discover", *QUICK, "search.generations=1").returncode == 0
    (run,) = json.loads(ttc("runs", "--json").stdout)
    assert run["programs"] == 4
    front = json.loads(ttc("frontier", "--json").stdout)
    assert front
    assert all(program["mean_delta"] is not None for program in front)
    shown = json.loads(ttc("show", "2", "--json").stdout)
    assert shown["name"] == "soft_centroid"
    picture = tmp_path / "front.png"
    assert ttc("frontier", "--png", str(picture)).returncode == 0
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_a_run_resumed_with_other_kernels_says_so_once_and_records_it(
    tmp_path: Path, ttc: Ttc, corpus: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENBLAS_BLOCK_FACTOR", raising=False)
    started = ttc("discover", "encoder=wordllama", "tasks=folder", corpus, "search.generations=0")
    assert started.returncode == 0, started.stderr
    assert "last digits" not in ttc("resume", "latest", "search.generations=1").stderr
    monkeypatch.setenv("OPENBLAS_BLOCK_FACTOR", "20")
    resumed = ttc("resume", "latest", "search.generations=2")
    assert resumed.stderr.count("OPENBLAS_BLOCK_FACTOR is 20 instead of not set") == 1
    with Archive.open(tmp_path / "ttc-archive.db", read_only=True) as archive:
        (run,) = archive.runs()
        assert [event.kind for event in archive.events(run.id)].count("machine") == 1


def test_several_programs_at_a_time_leave_the_archive_of_one_at_a_time(ttc: Ttc, corpus: str, tmp_path: Path) -> None:
    settings = (
        "encoder=wordllama",
        "tasks=folder",
        corpus,
        "search.generations=9",
        "search.in_flight=4",
        "archive.secret=same",
    )
    exports = []
    for programs in (1, 4):
        path = f"{programs}.db"
        done = ttc("discover", *settings, f"executor.programs={programs}", f"archive.path={path}")
        assert done.returncode == 0, done.stderr
        with Archive.open(tmp_path / path, read_only=True) as archive:
            exported = archive.export(archive.resolve_run("latest"))
        assert exported["config"].pop("archive") == {"path": path, "secret": "same"}
        exports.append(exported)
    assert len(exports[0]["programs"]) == 12
    assert exports[0] == exports[1]
