"""An author outside the loop: asked in a file, answered in a file."""

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from archive import Archive
from harness import api
from harness.cli.tell import tell_file
from tests.e2e.conftest import Ttc, environment
from tests.e2e.stand_in_model import answer, program


@pytest.fixture
def run(tmp_path: Path, corpus: str, ttc: Ttc) -> str:
    """The archive of a run that has its seeds and waits."""
    started = ttc("discover", "encoder=wordllama", "tasks=folder", corpus, "search.generations=0")
    assert started.returncode == 0, started.stderr
    return str(tmp_path / "ttc-archive.db")


def names(archive: str) -> list[str]:
    with Archive.open(archive, read_only=True) as opened:
        return [one.record.name for one in opened.programs(opened.resolve_run("latest"))][3:]


def wait_for(file: Path) -> str:
    for _ in range(600):
        if file.exists():
            return file.read_text("utf-8")
        time.sleep(0.1)
    raise AssertionError(f"{file} never came")


def test_ask_and_tell_one_by_one(run: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    briefing = api.ask("latest", archive=run)
    assert "Write program number 4" in briefing
    assert "soft_centroid" in briefing
    assert "tokens" in api.ask("latest", archive=run, requests=True).splitlines()[-1]

    file = tmp_path / "answer.md"
    file.write_text("I am still thinking.")
    assert not tell_file(run, "latest", file)
    assert "Not recorded. There is no program in the answer. It has no code block" in capsys.readouterr().out
    file.write_text(answer(4, program(random.Random(1))))
    assert tell_file(run, "latest", file)
    assert "Made4: " in capsys.readouterr().out
    (tmp_path / "Bare.py").write_text("\ufeff\ufeff" + program(random.Random(2)))
    assert tell_file(run, "latest", tmp_path / "Bare.py")
    assert "In its answer: unusual spaces replaced by spaces." in capsys.readouterr().out
    assert names(run) == ["Made4", "Bare"]
    assert "Write program number 6" in api.ask("latest", archive=run)


def test_a_watched_folder(run: str, tmp_path: Path) -> None:
    folder = tmp_path / "desk"
    process = subprocess.Popen(
        [sys.executable, "-m", "harness", "tell", "latest", "--watch", str(folder)],
        cwd=tmp_path,
        env=environment(),
        stderr=subprocess.PIPE,
        text=True,
    )
    assert "Write program number 4" in wait_for(folder / "briefing-4.md")
    (folder / "answer-4.md").write_text("no code")
    assert "It has no code block" in wait_for(folder / "report-4.md")
    assert wait_for(folder / "answer-4.refused-1.md") == "no code"
    whole = answer(4, program(random.Random(1)))
    with (folder / "answer-4.md").open("w") as slow:
        slow.write(whole[:60])
        slow.flush()
        wait_for(folder / "answer-4.refused-2.md")  # its writer stopped for longer than anybody can wait
        slow.write(whole[60:])
    assert "Write program number 5" in wait_for(folder / "briefing-5.md")
    assert "Made4: " in (folder / "report-4.md").read_text()
    assert "4 programs" in (folder / "desk" / "README.md").read_text()  # there before the briefing that it belongs to
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    assert names(run) == ["Made4"]
