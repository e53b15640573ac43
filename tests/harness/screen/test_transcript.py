"""What models were told and answered: on a terminal, by SQL and in a page, from one archive."""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive import Archive, UsageRecord
from harness.proposers.exchange import Exchange, Prompt
from harness.proposers.record import RecordedExchange
from harness.proposers.store import ArchiveStore
from harness.proposers.verdicts import AnswerVerdict
from harness.report.told import Lines, told_data
from harness.screen.sql import query
from harness.screen.transcript import changed, print_transcript, turns
from tests.archive import sample_records as sample

PREFIX = "You write programs.\nRule one.\n"
ANSWERS = ("no program\x1b[31m", "```python\nrerank = 1\n```")


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    """A run of a seed and of a program that took two attempts."""
    with Archive.open(tmp_path / "a.db") as archive:
        run_id = archive.start_run(sample.run())
        archive.record_program(run_id, replace(sample.program(0.0, 1.0, name="seed"), mode="seed", usage=[], model=""))
        usage = [
            UsageRecord("claude", "large", f"answer/{at}", input_uncached=1000, output=7, cost_usd=0.5)
            for at in range(2)
        ]
        for at, (answer, call) in enumerate(zip(ANSWERS, usage, strict=True)):
            exchange = Exchange(answer, AnswerVerdict.OK, "", call)
            told = Prompt(PREFIX, f"The ledger.\n{'Wrong was: it. ' * at}\nWrite program 2.")
            ArchiveStore(archive, run_id).record(RecordedExchange(2, f"answer/{at}", "large", f"h{at}", exchange), told)
        judged = [replace(usage[0], verdict="no-program"), usage[1]]
        archive.record_program(run_id, replace(sample.program(0.1, 2.0), usage=judged))
        yield archive


def printed(archive: Archive, number: int, capsys: pytest.CaptureFixture[str], *, whole: bool = False) -> str:
    program = archive.programs(archive.runs()[0].id)[number - 1]
    print_transcript(program, turns(archive, program.run_id, [program]), whole=whole)
    return capsys.readouterr().out


def test_attempts_are_shown_with_what_the_next_one_was_told_besides(
    archive: Archive, capsys: pytest.CaptureFixture[str]
) -> None:
    out = printed(archive, 2, capsys)
    assert out.count("Rule one.") == 1
    assert "answer/0: claude large, no-program, 0.0 s, 1,000 tokens in, 7 tokens out, $0.5000" in out
    assert "(4 lines as before)\nWrong was: it. \n(2 lines as before)" in out
    assert "no program?[31m" in out and "\x1b" not in out
    assert out.index("no program") < out.index("Wrong was") < out.index("rerank = 1")
    assert printed(archive, 2, capsys, whole=True).count("Rule one.") == 2


def test_a_program_without_an_exchange_says_so(archive: Archive, capsys: pytest.CaptureFixture[str]) -> None:
    out = printed(archive, 1, capsys)
    assert out.endswith(".1 has no recorded exchange with a model: it is a seed.\n")
    assert out.count("\n") == 1


def test_sql_reads_them_as_plain_text_and_the_archive_does_not_grow(archive: Archive, tmp_path: Path) -> None:
    archive.close()
    before = (tmp_path / "a.db").read_bytes()
    with Archive.open(tmp_path / "a.db", read_only=True) as opened:
        statement = "SELECT step, verdict, prefix || body AS told, answer, cost_usd FROM Transcripts ORDER BY step"
        for _ in range(2):  # the table is made anew for each question
            _, rows = query(opened, statement)
            assert [tuple(row[:2]) for row in rows] == [("answer/0", "no-program"), ("answer/1", "ok")]
        assert rows[0][2] == f"{PREFIX}The ledger.\n\nWrite program 2."
        assert [row[3] for row in rows] == list(ANSWERS)
        assert query(opened, "SELECT count(*) FROM transcripts JOIN programs p ON p.id = program_id")[1][0][0] == 2
    assert (tmp_path / "a.db").read_bytes() == before
    with sqlite3.connect(tmp_path / "a.db") as plain:
        assert not plain.execute("SELECT name FROM sqlite_master WHERE name = 'transcripts'").fetchall()


def test_a_page_holds_each_shared_line_once(archive: Archive) -> None:
    run_id = archive.runs()[0].id
    lines, calls = told_data(archive, run_id, archive.programs(run_id))
    assert list(calls) == [2]
    assert lines.count("Rule one.") == 1
    second = "\n".join("\n".join(lines[at : at + n]) for at, n in calls[2][1]["prompt"])
    assert second == f"{PREFIX}\nThe ledger.\nWrong was: it. \nWrite program 2."
    assert calls[2][0]["answer"] == "no program\\x1b[31m"
    assert json.dumps(calls)


LINE = st.text(alphabet="ab", max_size=2)


@given(st.lists(st.lists(LINE, min_size=1, max_size=8).map("\n".join), max_size=6))
def test_spans_give_every_text_again(texts: Sequence[str]) -> None:
    table = Lines()
    kept = [table.spans(text) for text in texts]
    for text, spans in zip(texts, kept, strict=True):
        assert "\n".join("\n".join(table.lines[at : at + count]) for at, count in spans) == text


@given(st.lists(LINE, min_size=1, max_size=8), st.lists(LINE, min_size=1, max_size=8))
def test_what_changed_and_what_did_not_add_up_to_the_text(before: list[str], text: list[str]) -> None:
    shown = changed("\n".join(before), "\n".join(text)).split("\n")
    counted = sum(int(line[1:].split()[0]) if line.startswith("(") else 1 for line in shown)
    assert counted - len(text) in (0, 1), "a text that changed nowhere leaves no line of its own"
    assert changed("", "\n".join(text)) == "\n".join(text)
