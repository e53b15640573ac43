"""The log: nothing unless asked for, everything with its time with --debug, the main steps in a file."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.conftest import Ttc

TIMED = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} (DEBUG|INFO) +harness\.")
STEPS = (
    "encoder wordllama is loaded in",
    "fingerprint",
    "is ready in",
    "run and audited in",
    "is judged and recorded in",
)


def test_a_run_is_logged_where_asked_and_only_there(tmp_path: Path, ttc: Ttc, corpus: str) -> None:
    words = ("encoder=wordllama", "tasks=folder", corpus, "search.generations=1")
    quiet = ttc("discover", *words)
    assert quiet.returncode == 0 and quiet.stderr == ""

    debugged = ttc("--debug", "discover", *words, "search.seed=1")
    assert debugged.returncode == 0
    assert all(TIMED.match(line) for line in debugged.stderr.splitlines())
    assert all(step in debugged.stderr for step in (*STEPS, "texts in 1 requests were known", "of them computing"))

    filed = ttc("--log-file", "a log.txt", "resume", "latest", "search.generations=2")
    assert filed.returncode == 0 and filed.stderr == ""
    log = (tmp_path / "a log.txt").read_text("utf-8")
    assert all(step in log for step in (*STEPS, "goes on after 4 recorded programs"))
    assert "DEBUG" not in log


def test_an_error_has_its_traceback_only_when_debugging(
    ttc: Ttc, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "Traceback" not in ttc("runs").stderr
    assert "Traceback" in ttc("--debug", "runs").stderr
    monkeypatch.setenv("TTC_DEBUG", "1")
    told = ttc("--log-file", "log.txt", "runs")
    assert told.returncode == 1
    assert "Traceback" in told.stderr and told.stderr.splitlines()[-1].startswith("ttc: There is no archive")
    assert "Traceback" in (tmp_path / "log.txt").read_text("utf-8")


def test_the_options_stand_after_a_verb_as_well(ttc: Ttc, tmp_path: Path) -> None:
    assert "Traceback" in ttc("runs", "--debug").stderr
    told = ttc("archive", "check", "--archive", "none.db", "--log-file", "log.txt")
    assert told.returncode != 0 and "Traceback" not in told.stderr
    (line,) = (tmp_path / "log.txt").read_text("utf-8").splitlines()
    assert line.endswith(told.stderr.removeprefix("ttc: ").rstrip("\n"))
    assert "--log-file" in ttc("archive", "check", "--help").stdout


def test_a_log_file_that_cannot_be_written(ttc: Ttc) -> None:
    told = ttc("--log-file", "/proc/none/log.txt", "runs")
    assert told.returncode == 2
    assert "log file /proc/none/log.txt cannot be written" in told.stderr


def test_other_libraries_are_left_as_they_are(tmp_path: Path) -> None:
    script = tmp_path / "plugged.py"
    script.write_text(
        "import logging, sys\n"
        "from harness.cli import main\n"
        "sys.argv = ['ttc', '--debug', 'runs']\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "assert not logging.getLogger().handlers and not logging.getLogger('httpx').isEnabledFor(logging.INFO)\n"
    )
    done = subprocess.run([sys.executable, str(script)], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
