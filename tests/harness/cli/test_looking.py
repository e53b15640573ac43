"""The verbs that look: what they list, in each form."""

import csv
import io
import itertools
import json
import os
import pty
import re
import shutil
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest

from archive import Archive
from harness.cli import main
from harness.screen.columns import LISTINGS
from tests.harness.cli.conftest import Run

Searched = tuple[Path, str]
ARGUMENTS = {
    "runs": (),
    "ledger": (),
    "frontier": (),
    "lineage": (),
    "show": ("4",),
    "diff": ("4",),
}


def read_csv(text: str) -> list[dict[str, str]]:
    csv.field_size_limit(2**30)
    return list(csv.DictReader(io.StringIO(text, newline="")))


@pytest.mark.parametrize("verb", LISTINGS)
def test_every_listing_has_its_columns_in_csv(verb: str, searched: Searched, ttc: Run) -> None:
    code, out, _ = ttc(verb, *ARGUMENTS[verb], "--csv", "--archive", str(searched[0]))
    assert code == 0
    rows = read_csv(out)
    assert rows
    assert list(rows[0]) == [column.name for column in LISTINGS[verb].data_columns]


@pytest.mark.parametrize("verb", ["runs", "ledger", "frontier", "lineage"])
def test_json_and_csv_say_the_same(verb: str, searched: Searched, ttc: Run) -> None:
    as_json = json.loads(ttc(verb, "--json", "--archive", str(searched[0]))[1])
    as_csv = read_csv(ttc(verb, "--csv", "--archive", str(searched[0]))[1])
    assert len(as_json) == len(as_csv)
    for told, written in zip(as_json, as_csv, strict=True):
        assert list(told) == list(written)
        assert told["id"] == written["id"]
        for name, value in told.items():
            if isinstance(value, float):
                assert float(written[name]) == value
            elif value is None:
                assert written[name] == ""


def test_ledger_has_every_program_and_frontier_those_that_nothing_beats(searched: Searched, ttc: Run) -> None:
    path, run_id = searched
    ledger = json.loads(ttc("ledger", "--json", "--archive", str(path))[1])
    with Archive.open(path, read_only=True) as archive:
        assert [row["id"] for row in ledger] == [program.id for program in archive.programs(run_id)]
    front = json.loads(ttc("frontier", "--json", "--archive", str(path))[1])
    measured = [row for row in ledger if row["mean_delta"] is not None]
    for row in front:
        assert not [
            other["id"]
            for other in measured
            if other["cost_ratio"] <= row["cost_ratio"] and other["mean_delta"] > row["mean_delta"]
        ]
    assert max(row["mean_delta"] for row in measured) == front[-1]["mean_delta"]


def test_lineage_of_a_run_has_each_program_once_below_a_parent(searched: Searched, ttc: Run) -> None:
    rows = json.loads(ttc("lineage", "--json", "--archive", str(searched[0]))[1])
    place = {row["id"]: at for at, row in enumerate(rows)}
    assert len(place) == len(rows) == 40
    for row in rows:
        assert (row["depth"] == 0) == (not row["parents"])
        if row["parents"]:
            assert rows[place[row["parents"][0]]]["depth"] == row["depth"] - 1
            assert place[row["parents"][0]] < place[row["id"]]


def test_lineage_of_a_program_has_its_ancestors_and_descendants_alone(searched: Searched, ttc: Run) -> None:
    path, run_id = searched
    with Archive.open(path, read_only=True) as archive:
        parents = {program.id: program.record.parents for program in archive.programs(run_id)}
    about = next(i for i in parents if parents[i] and parents[parents[i][0]] and any(i in p for p in parents.values()))

    def above(program_id: str) -> set[str]:
        return set(parents[program_id]).union(*(above(parent) for parent in parents[program_id]))

    rows = {row["id"]: row["depth"] for row in json.loads(ttc("lineage", about, "--json", "--archive", str(path))[1])}
    assert {i for i, depth in rows.items() if depth < 0} == above(about)
    assert rows[about] == 0
    assert {i for i, depth in rows.items() if depth > 0} == {i for i in parents if about in above(i)}


def test_an_ancestor_stands_above_all_its_descendants_and_less_far_in(searched: Searched, ttc: Run) -> None:
    path, run_id = searched
    with Archive.open(path, read_only=True) as archive:
        programs = archive.programs(run_id)
    about = next(one.id for one in reversed(programs) if one.record.parents)
    lines = ttc("lineage", about, "--archive", str(path))[1].splitlines()[1:]
    place = {line.split()[0]: (at, len(line) - len(line.lstrip())) for at, line in enumerate(lines)}
    pairs = [(p, one.id) for one in programs for p in one.record.parents if p in place and one.id in place]
    assert len(pairs) > 5
    assert all(place[parent][0] < place[child][0] and place[parent][1] < place[child][1] for parent, child in pairs)


def test_diff_turns_the_first_source_into_the_second(searched: Searched, ttc: Run, tmp_path: Path) -> None:
    path, run_id = searched
    compared = json.loads(ttc("diff", f"{run_id}.1", f"{run_id}.4", "--json", "--archive", str(path))[1])
    with Archive.open(path, read_only=True) as archive:
        first, second = (archive.program(compared[name]) for name in ("first", "second"))
    file = tmp_path / "program.py"
    file.write_text(first.record.source)
    patch = "\n".join(compared["diff"]) + "\n"
    subprocess.run(["patch", "-s", str(file)], input=patch, text=True, check=True)
    assert file.read_text() == second.record.source
    deltas = {row["task"]: row["difference"] for row in compared["tasks"]}
    for before, after in zip(first.record.outcomes, second.record.outcomes, strict=True):
        assert before.delta is not None
        assert after.delta is not None
        assert deltas[before.task] == after.delta - before.delta


def test_diff_without_a_second_program_takes_the_parent(searched: Searched, ttc: Run) -> None:
    path, run_id = searched
    with Archive.open(path, read_only=True) as archive:
        child = next(program for program in archive.programs(run_id) if program.record.parents)
    compared = json.loads(ttc("diff", child.id, "--json", "--archive", str(path))[1])
    assert (compared["first"], compared["second"]) == (child.record.parents[0], child.id)
    code, _, error = ttc("diff", "1", "--archive", str(path))
    assert code == 2
    assert "has no parent" in error


def test_source_alone_is_to_the_letter(searched: Searched, ttc: Run) -> None:
    path, run_id = searched
    with Archive.open(path, read_only=True) as archive:
        assert ttc("show", "1", "--source", "--archive", str(path))[1] == archive.program(f"{run_id}.1").record.source


def test_a_frontier_by_tokens_has_what_nothing_beats_in_tokens(searched: Searched, ttc: Run) -> None:
    path = str(searched[0])
    front = json.loads(ttc("frontier", "--cost", "tokens", "--json", "--archive", path)[1])
    ledger = json.loads(ttc("ledger", "--json", "--archive", path)[1])
    measured = [row for row in ledger if row["mean_delta"] is not None]
    # All of this archive ask for the same tokens, so the best alone is left.
    assert [row["id"] for row in front] == [max(measured, key=lambda row: row["mean_delta"])["id"]]
    assert {row["cost_tokens"] for row in measured} == {2.0}
    assert ("long_texts" in front[0]["flags"]) == (front[0]["cost_tokens"] > 2 * front[0]["cost_ratio"])
    shown = ttc("frontier", "--cost", "tokens", "--archive", path)[1]
    assert "cost tokens" in shown.splitlines()[0] and "cost in tokens." in shown
    assert "cost in milliseconds a query." in ttc("frontier", "--cost", "latency", "--archive", path)[1]
    code, _, error = ttc("frontier", "--cost", "dollars", "--archive", path)
    assert code == 2 and "tokens" in error


def test_each_program_of_a_frontier_is_compared_with_the_one_before(searched: Searched, ttc: Run) -> None:
    path = str(searched[0])
    front = json.loads(ttc("frontier", "--json", "--archive", path)[1])
    assert front[0]["gain"] is None and len(front) > 2
    for cheaper, row in itertools.pairwise(front):
        assert row["gain_over"] == cheaper["id"]
        assert row["gain"] == pytest.approx(row["mean_delta"] - cheaper["mean_delta"])
        assert row["gain_tasks_low"] < row["gain"] < row["gain_tasks_high"]
        assert row["gain_queries_low"] < row["gain"] < row["gain_queries_high"]
    sure = json.loads(ttc("frontier", "--sure", "--json", "--archive", path)[1])
    assert sure[0]["id"] == front[0]["id"] and {row["id"] for row in sure} < {row["id"] for row in front}
    assert all(row["gain_tasks_low"] > 0 for row in sure[1:])


def test_json_and_csv_at_once_are_refused(searched: Searched, ttc: Run) -> None:
    code, out, error = ttc("runs", "--json", "--csv", "--archive", str(searched[0]))
    assert (code, out) == (2, "")
    assert "choose one" in error


def test_sql_answers_in_every_form(searched: Searched, ttc: Run) -> None:
    path = str(searched[0])
    query = "select id, number, mean_delta, 1 as number, x'00ff' as bytes from programs order by number limit 2"
    rows = json.loads(ttc("sql", query, "--json", "--archive", path)[1])
    assert [row["id"] for row in rows] == [f"{searched[1]}.{number}" for number in (1, 2)]
    assert rows[1]["number"] == 2
    assert rows[1]["number_2"] == 1
    assert rows[0]["bytes"] == "00ff"
    assert [row["id"] for row in read_csv(ttc("sql", query, "--csv", "--archive", path)[1])] == [r["id"] for r in rows]
    assert f"{searched[1]}.2" in ttc("sql", query, "--archive", path)[1]
    assert ttc("sql", "select name, value from pragma_table_info('runs'), json_each('[1]')", "--archive", path)[0] == 0


@pytest.mark.parametrize(
    "statement",
    [
        "delete from programs",
        "insert into sources values ('a', 'b')",
        "update runs set status = 'failed'",
        "drop table runs",
        "create table t (a)",
        "pragma writable_schema = on",
        "attach '{other}' as other",
        "vacuum into '{other}'",
        "select 1; delete from programs",
        "update sqlite_master set name = 'x'",
        "",
        "selec",
    ],
)
def test_sql_only_reads(statement: str, searched: Searched, ttc: Run, tmp_path: Path) -> None:
    other = tmp_path / "other.db"
    before = searched[0].read_bytes()
    code, out, error = ttc("sql", statement.format(other=other), "--archive", str(searched[0]))
    assert (code, out) == (2, "")
    assert error.startswith("ttc: ")
    assert not other.exists()
    assert searched[0].read_bytes() == before


@pytest.mark.parametrize("verb", LISTINGS)
def test_hostile_text_is_inert_on_a_terminal_and_in_csv_and_json(verb: str, hostile: Searched, ttc: Run) -> None:
    argument = {"show": ("16",), "diff": ("2",)}.get(verb, ())
    for form in ((), ("--csv",), ("--json",)):
        code, out, _ = ttc(verb, *argument, *form, "--archive", str(hostile[0]))
        assert code == 0
        assert not {c for c in out if c != "\n" and unicodedata.category(c) in {"Cc", "Cf", "Zl", "Zp"}}
        if form == ("--csv",):
            for row in read_csv(out):
                for cell in row.values():
                    number = cell.replace("e", "").replace("-", "").replace(".", "").isdigit()
                    assert number or not cell.lstrip().startswith(("=", "+", "-", "@"))


def test_json_loses_nothing_of_a_hostile_text(hostile: Searched, ttc: Run) -> None:
    names = [row["name"] for row in json.loads(ttc("ledger", "--json", "--archive", str(hostile[0]))[1])]
    with Archive.open(hostile[0], read_only=True) as archive:
        assert names == [program.record.name for program in archive.programs(hostile[1])]
    assert max(map(len, names)) == 1_000_000


def on_a_terminal(width: int, *arguments: str) -> list[str]:
    """What a verb prints in a window of this many columns."""
    controller, terminal = pty.openpty()
    environment = {**os.environ, "COLUMNS": str(width), "TERM": "xterm"}
    process = subprocess.Popen([sys.executable, "-m", "harness", *arguments], stdout=terminal, env=environment)
    os.close(terminal)
    output = b""
    try:
        while block := os.read(controller, 65536):
            output += block
    except OSError:  # the terminal's other end is closed
        pass
    os.close(controller)
    assert process.wait() == 0
    return re.sub(r"\x1b\[[0-9;]*m", "", output.decode()).replace("\r\n", "\n").splitlines()


@pytest.mark.parametrize("width", [60, 80, 300])
def test_tables_fit_the_window(width: int, searched: Searched) -> None:
    lines = on_a_terminal(width, "ledger", "--archive", str(searched[0]))
    assert max(map(len, lines)) <= width
    assert len([line for line in lines if line.startswith(searched[1])]) == 40
    assert ("Not shown" in " ".join(lines)) == (width < 300)


def test_a_shell_completes_runs_and_programs(searched: Searched) -> None:
    path, run_id = searched

    def offered(words: str) -> str:
        environment = {**os.environ, "_TTC_COMPLETE": "complete_bash", "COMP_WORDS": f"ttc {words}"}
        environment["COMP_CWORD"] = str(len(words.split(" ")))
        ran = subprocess.run(
            [sys.executable, "-c", "from harness.cli import app; app(prog_name='ttc')"],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        return ran.stdout

    assert "ledger" in offered("led")
    assert run_id in offered(f"ledger --archive {path} {run_id[:2]}")
    assert f"{run_id}.40" in offered(f"show --archive {path} {run_id}.4")


@pytest.mark.parametrize("arguments", [("show", "--source", "4"), ("show", "4"), ("lineage",), ("frontier", "--csv")])
def test_letters_that_the_locale_lacks_are_escapes(
    arguments: tuple[str, ...], searched: Searched, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """As with LC_ALL=POSIX where Python may not take UTF-8 for it, or with PYTHONIOENCODING=ascii."""
    copy = shutil.copy(searched[0], tmp_path / "a.db")
    with Archive.open(copy) as archive, archive.writing() as connection:
        connection.execute("UPDATE programs SET name = 'größe'")
        connection.execute("UPDATE sources SET source = source || '# größe'")
    screen = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr("sys.stdout", screen)
    monkeypatch.setattr("sys.argv", ["ttc", *arguments, "--archive", str(copy)])
    with pytest.raises(SystemExit):
        main()
    screen.flush()
    assert b"gr\\xf6\\xdfe" in screen.buffer.getvalue()


def test_a_name_from_elsewhere_is_inert_in_an_error(ttc: Run) -> None:
    code, out, error = ttc("evaluate", "bm25", "encoder=wordllama", "tasks=folder", "tasks.paths=['no\x1b[31mfolder']")
    assert (code, out) == (2, "")
    assert error.startswith(r"ttc: There is no folder no\x1b[31mfolder;")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("show", "published.81"), "OwnGenericPart"),
        (("lineage", "published.81"), "s2a3xy.70"),
        (("transcript", "published.81"), "no recorded exchange"),
        (("diff", "published.81", "published-control.33"), "k9ta45.33"),
    ],
)
def test_programs_of_the_package_are_looked_at_by_name_from_any_folder(
    words: tuple[str, ...], told: str, ttc: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    code, out, err = ttc(*words)
    assert code == 0 and told in out + err
