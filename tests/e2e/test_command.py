"""Runs whose author is a command line: a script that reads the desk, one that hangs, one that fails."""

import json
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path
from typing import Any

import pytest

from archive import Archive
from tests.e2e.conftest import Ttc, environment

AUTHOR = """
    import json, re, sys
    from pathlib import Path

    told = sys.stdin.read()
    number = int(re.search(r"Write program number (\\d+)", told)[1])
    index = Path("desk/programs.csv").read_text().splitlines()
    if number == 5 and "could not be used" not in told:
        answer = "I have no idea."
    else:
        answer = f'''NAME: Made{number}
    PARENTS: p1
    CLAIM: the desk has {len(index) - 1} programs
    EFFECT: none
    LESSON: none

    ```python
    def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):
        return sim{' + sim * sim' * (number - 3)}
    ```
    '''
    usage = {"input_uncached": 7, "output": 3}
    print(json.dumps({"answer": answer, "model": "mine", "cost_usd": 0.25, "usage": usage}))
"""
HANGS = """
    import os, subprocess, sys, time
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    open(os.environ["PID_FILE"], "a").write(f"{child.pid}\\n")
    time.sleep(600)
"""


def arguments(tmp_path: Path, corpus: str, script: str, *more: str) -> list[str]:
    (tmp_path / "author.py").write_text(textwrap.dedent(script), "utf-8")
    line = f"proposer.command.line={sys.executable} {{here}}/author.py"
    return ["encoder=wordllama", "tasks=folder", corpus, "proposer=command", line, *more]


def exported(path: Path) -> dict[str, Any]:
    with Archive.open(path, read_only=True) as archive:
        return archive.export(archive.resolve_run("latest"))


def test_a_command_is_asked_recorded_and_replayed(tmp_path: Path, corpus: str, ttc: Ttc) -> None:
    options = arguments(tmp_path, corpus, AUTHOR, "proposer.command.prints=json", "search.generations=3")
    done = ttc("discover", *options)
    assert done.returncode == 0, done.stderr
    first = exported(tmp_path / "ttc-archive.db")
    made = first["programs"][3:]
    assert [program["novelty_claim"] for program in made] == [f"the desk has {n} programs" for n in (3, 4, 5)]
    calls = [(call["model"], call["verdict"], call["cost_usd"], call["output"]) for p in made for call in p["usage"]]
    ok = ("mine", "ok", 0.25, 3)
    assert calls == [ok, ("mine", "no-program", 0.25, 3), ok, ok]
    (desk,) = tmp_path.glob("*-desk")
    again = ttc("desk", "latest", "again")
    assert again.returncode == 0, again.stderr
    kept, rebuilt = (
        {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}
        for folder in (desk, tmp_path / "again")
    )
    assert kept == rebuilt

    (tmp_path / "mine.py").write_text(
        "def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):\n    return sim**5\n"
    )
    assert ttc("tell", "latest", "mine.py").returncode == 0
    assert (desk / "programs" / "0007" / "program.py").read_text() == (tmp_path / "mine.py").read_text()


def test_a_run_of_a_command_is_replayed_without_it(tmp_path: Path, corpus: str, ttc: Ttc) -> None:
    options = arguments(tmp_path, corpus, AUTHOR, "proposer.command.prints=json", "search.generations=2")
    assert ttc("discover", *options, "archive.secret=of-these-tests").returncode == 0
    first = exported(tmp_path / "ttc-archive.db")
    (tmp_path / "author.py").unlink()
    replayed = ttc("discover", "encoder=wordllama", "tasks=folder", corpus, "proposer=replay", "proposer.run=latest")
    assert replayed.returncode == 0, replayed.stderr
    second = exported(tmp_path / "ttc-archive.db")
    assert (second["programs"], second["exchanges"]) == (first["programs"], first["exchanges"])
    assert len(list(tmp_path.glob("*-desk"))) == 1


def test_a_command_that_fails_keeps_the_run(tmp_path: Path, corpus: str, ttc: Ttc) -> None:
    options = arguments(tmp_path, corpus, "import sys; sys.exit('log in first')", "search.generations=1")
    done = ttc("discover", *options)
    assert done.returncode == 1
    assert done.stderr.count("ended with exit code 1; the run is kept") == 1
    assert "log in first" in done.stderr
    (tmp_path / "author.py").write_text(
        textwrap.dedent(AUTHOR).replace('print(json.dumps({"answer": answer', "print(answer) #")
    )
    resumed = ttc("resume")
    assert resumed.returncode == 0, resumed.stderr
    assert exported(tmp_path / "ttc-archive.db")["programs"][-1]["name"] == "Made4"


def test_a_missing_program_is_told_before_anything_slow(tmp_path: Path, corpus: str, ttc: Ttc) -> None:
    done = ttc(
        "discover", "encoder=wordllama", "tasks=folder", corpus, "proposer=command", "proposer.command.line=no-agent"
    )
    assert done.returncode == 2
    assert "There is no program 'no-agent' to ask" in done.stderr
    assert ttc("runs", "--json").stdout.strip() in ("[]", "")


@pytest.mark.parametrize("in_flight", [1, 2])
def test_a_second_interrupt_ends_the_command_and_its_children(tmp_path: Path, corpus: str, in_flight: int) -> None:
    pids = tmp_path / "pids"
    more = ("proposer.command.env=[PID_FILE]", f"search.in_flight={in_flight}", "search.generations=4")
    process = subprocess.Popen(
        [sys.executable, "-m", "harness", "discover", *arguments(tmp_path, corpus, HANGS, *more)],
        cwd=tmp_path,
        env={**environment(), "PID_FILE": str(pids)},
        stderr=subprocess.PIPE,
        text=True,
    )
    while not pids.exists() or pids.read_text().count("\n") < in_flight:
        assert process.poll() is None, process.communicate()[1]
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    time.sleep(1)
    assert process.poll() is None, "the first one waits for the answer"
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=120)
    assert process.returncode == 130, said
    until = time.monotonic() + 60
    while left := [pid for pid in pids.read_text().split() if running(int(pid))]:
        assert time.monotonic() < until, left
        time.sleep(0.05)


def running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_what_would_be_sent_can_be_seen(tmp_path: Path, corpus: str, ttc: Ttc) -> None:
    assert ttc("discover", *arguments(tmp_path, corpus, AUTHOR, "search.generations=0")).returncode == 0
    shown = ttc("ask", "latest", "--dry-run").stdout
    request = json.loads(shown[: shown.rindex("}") + 1])
    assert request["command"][1] == "{here}/author.py"
    assert "Begin with `desk/README.md`" in request["briefing"]
