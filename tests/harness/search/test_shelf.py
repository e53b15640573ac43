"""The folder of files that a run keeps for its author: written as rows land, or all at once, it is the same."""

import stat
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive import (
    Archive,
    OutcomeRecord,
    ProgramRecord,
    RunRecord,
    TaskRecord,
    TrialRecord,
    Trials,
    UsageRecord,
)
from harness.errors import UsageError
from harness.proposers.exchange import Exchange, Prompt
from harness.proposers.record import RecordedExchange
from harness.proposers.store import ArchiveStore
from harness.proposers.verdicts import AnswerVerdict
from harness.search.shelf import Shelf, shelf_of
from harness.settings import Settings
from tests.archive.sample_records import outcome, program, run, task

UNSEEN = [1, 3]
TASKS = (
    replace(task("alpha"), unseen=UNSEEN),
    task("beta"),
    task("secret-task", split="validation"),
)
NAMES = tuple(one.name for one in TASKS)
SOURCES = (
    "from primitives import bm25\n\n\ndef rerank(q, d, sim):\n    return bm25(q, d) + sim\n",
    "def rerank(q, d, sim):\n    return sim  # ☃\n",
    "not a program",
    "",
)


def asked(**proposer: Any) -> Settings:
    return replace(Settings(), proposer=replace(Settings().proposer, notes_every=2, **proposer))


@st.composite
def histories(draw: st.DrawFn) -> list[ProgramRecord]:
    programs: list[ProgramRecord] = []
    for number in range(1, draw(st.integers(1, 6)) + 1):
        delta = draw(st.one_of(st.none(), st.floats(-0.4, 0.4)))
        made = program(
            delta,
            None if delta is None else draw(st.floats(1, 9)),
            name=draw(st.sampled_from(["A", "=B", "the\x1bother", "a, b"])),
            status=draw(st.sampled_from(["admitted", "evaluated"])),
            tasks=NAMES,
            source=draw(st.sampled_from(SOURCES)) or f"# {number}\n",
        )
        programs.append(replace(made, lesson=draw(st.text(max_size=20))))
    return programs


@contextmanager
def archived(folder: Path) -> Iterator[tuple[Archive, str]]:
    with Archive.open(folder / "archive.db") as archive:
        yield archive, archive.start_run(run(TASKS))


def take_notes(archive: Archive, run_id: str, number: int) -> None:
    exchange = Exchange(f"notes of {number}", AnswerVerdict.OK, "", UsageRecord("p", "m"))
    ArchiveStore(archive, run_id).record(
        RecordedExchange(number, "notes", "m", f"h{number}", exchange), Prompt("a", "b")
    )


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@settings(max_examples=25, deadline=None)
@given(programs=histories(), bit=st.booleans(), begun_again=st.sets(st.integers(0, 5)))
def test_written_as_rows_land_it_is_what_a_rebuild_writes(
    programs: list[ProgramRecord], bit: bool, begun_again: set[int]
) -> None:
    chosen = asked(feedback="bit" if bit else "figures")
    with tempfile.TemporaryDirectory() as name, archived(Path(name)) as (archive, run_id):
        kept, again = Path(name, "kept"), Path(name, "again")
        shelf = Shelf(archive, run_id, chosen, kept)
        shelf.fill()
        for number, record in enumerate(programs, start=1):
            if number in begun_again:  # the run was ended and resumed
                shelf = Shelf(archive, run_id, chosen, kept)
                shelf.fill()
            if number % 2 == 0:
                take_notes(archive, run_id, number)
                take_notes(archive, run_id, number + 2)  # those of a program in flight
            Trials(archive, run_id).record(TrialRecord(number, f"T{number}", SOURCES[0], 2, "ok", "", gain=0.01))
            Trials(archive, run_id).record(TrialRecord(number + 1, "Later", SOURCES[0], 2, "ok", ""))
            shelf.add(archive.record_program(run_id, record))
        Shelf(archive, run_id, chosen, again).fill()
        assert files(kept) == files(again)
        assert ("notes.md" in files(kept)) == (len(programs) > 1)
        assert ("cosine.csv" in files(kept)) is not bit
        looks = files(kept).get("trials.csv", b"").decode().splitlines()[1:]
        assert len(looks) == (0 if bit else 2 * len(programs) - 1), "the last look is for a program to come"
        assert (b"ttc try" in files(kept)["README.md"]) is not bit


def told(
    folder: Path, programs: Sequence[ProgramRecord], tasks: Sequence[TaskRecord], chosen: Settings
) -> dict[str, str]:
    """The files of a run with these programs, its id aside."""
    folder.mkdir()
    with Archive.open(folder / "archive.db") as archive:
        run_id = archive.start_run(run(tasks))
        for record in programs:
            archive.record_program(run_id, record)
        Shelf(archive, run_id, chosen, folder / "desk").fill()
        return {path: data.decode().replace(run_id, "RUN") for path, data in files(folder / "desk").items()}


def changed(record: OutcomeRecord, positions: Sequence[int], by: float) -> OutcomeRecord:
    """The outcome with other values on these queries, its mean left alone."""
    assert record.per_query is not None
    values = record.per_query.copy()
    values[list(positions)] += by
    return replace(record, per_query=values)


def test_hidden_tasks_and_unseen_queries_change_nothing_in_it(tmp_path: Path) -> None:
    one = program(0.1, tasks=NAMES)
    alpha, beta, _ = one.outcomes
    other = replace(
        one,
        outcomes=[
            changed(alpha, UNSEEN, 0.3),
            beta,
            replace(outcome("secret-task", -0.3), reason="low", flags=["odd"]),
        ],
        unseen_delta=-0.2,
    )
    baseline = TASKS[0].baseline_per_query.copy()
    baseline[UNSEEN] = 0.9
    tasks = (replace(TASKS[0], baseline_per_query=baseline), TASKS[1], replace(TASKS[2], baseline_ndcg=0.1))
    first, second = told(tmp_path / "1", [one], TASKS, asked()), told(tmp_path / "2", [other], tasks, asked())
    assert first == second
    assert "secret-task" not in "".join(first.values())
    gains = first["programs/0001/queries.csv"].splitlines()
    assert gains[0] == "task,query,delta"
    assert [line.split(",")[:2] for line in gains[1:]] == [["alpha", str(n)] for n in (1, 2, 3)] + [
        ["beta", str(n)] for n in range(1, 6)
    ]
    assert gains[1] == f"alpha,1,{0.1 - 0.5:+.4f}"


def test_with_one_bit_nothing_in_it_follows_from_judgments(tmp_path: Path) -> None:
    def measured(by: float) -> ProgramRecord:
        record = program(0.1 + by, status="evaluated", tasks=NAMES, name="Same", source=SOURCES[0])
        return replace(record, reason=f"Mean delta {by} is too low.", wins=int(by * 10), losses=3 - int(by * 10))

    def same_scores(record: ProgramRecord) -> ProgramRecord:
        return replace(record, outcomes=[replace(one, score_hash="same") for one in record.outcomes])

    def by(gain: float) -> list[TaskRecord]:
        return [replace(one, baseline_ndcg=gain, baseline_per_query=np.full(5, gain, np.float32)) for one in TASKS]

    bit = asked(feedback="bit")
    first = told(tmp_path / "1", [same_scores(measured(0.0))], by(0.5), bit)
    second = told(tmp_path / "2", [same_scores(measured(0.2))], by(0.7), bit)
    assert first == second
    assert "It was not admitted; no more is told." in first["programs/0001/about.md"]
    assert not any("queries.csv" in path for path in first)
    figures = told(tmp_path / "3", [measured(0.0)], by(0.5), asked())
    assert figures["programs.csv"] != told(tmp_path / "4", [measured(0.2)], by(0.7), asked())["programs.csv"]


def test_an_author_can_read_it_and_not_change_it(tmp_path: Path) -> None:
    with archived(tmp_path) as (archive, run_id):
        archive.record_program(run_id, program())
        Shelf(archive, run_id, asked(), tmp_path / "desk").fill()
    for path in (tmp_path / "desk", *(tmp_path / "desk").rglob("*")):
        assert stat.S_IMODE(path.stat().st_mode) & 0o222 == 0, path
        assert stat.S_IMODE(path.stat().st_mode) & 0o444 == 0o444, path


def test_what_is_no_longer_recorded_is_taken_away(tmp_path: Path) -> None:
    with archived(tmp_path) as (archive, run_id):
        archive.record_program(run_id, program())
        shelf = Shelf(archive, run_id, asked(), tmp_path / "desk")
        shelf.fill()
        whole = files(shelf.folder)
        for path in (shelf.folder, *shelf.folder.rglob("*")):
            path.chmod(0o755)
        (shelf.folder / "programs" / "0009").mkdir()
        (shelf.folder / "programs" / "0009" / "about.md").write_text("of another archive")
        (shelf.folder / "programs.csv").write_text("scribbled over")
        shelf.fill()
        assert files(shelf.folder) == whole
        assert not (shelf.folder / "programs" / "0009").exists()


def test_a_folder_with_anything_else_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "README.md").write_text("# Run for the hills\n")
    with archived(tmp_path) as (archive, run_id):
        with pytest.raises(UsageError, match=f"holds something else than the desk of run {run_id}; name a new folder"):
            Shelf(archive, run_id, asked(), tmp_path / "mine").fill()
        other = archive.start_run(RunRecord(**{**vars(run(TASKS)), "seed": 8}))
        Shelf(archive, run_id, asked(), tmp_path / "desk").fill()
        with pytest.raises(UsageError, match="holds something else"):
            Shelf(archive, other, asked(), tmp_path / "desk").fill()
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["README.md"]


@pytest.mark.parametrize(
    ("desk", "place"),
    [("", None), ("false", None), ("true", "{run}-desk"), ("shelf/{run}", "shelf/{run}"), ("/desk", "/desk")],
)
def test_it_lies_beside_the_archive(tmp_path: Path, desk: str, place: str | None) -> None:
    with archived(tmp_path) as (archive, run_id):
        shelf = shelf_of(archive, run_id, asked(desk=desk))
        assert (shelf and shelf.folder) == (place and tmp_path / place.replace("{run}", run_id))
        assert shelf_of(archive, run_id, asked(desk=desk, kind="replay")) is None
