"""What a run does when its model's server fails, and how it goes on: real processes against a server on loopback."""

import json
import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

from pytest_httpserver import HTTPServer

from archive import Archive
from tests.e2e.conftest import Ttc, environment
from tests.e2e.stand_in_model import well_behaved
from tests.e2e.test_llm_run import arguments, exported
from tests.harness.proposers.fake_provider import FakeProvider, Fault, Planned, Raw, Reply, prompt_of

CUT = Reply("All of this is lost. " * 20, broken_after=2)


def test_a_run_without_answers_is_never_complete(httpserver: HTTPServer, tmp_path: Path, corpus: str, ttc: Ttc) -> None:
    provider = FakeProvider(httpserver, lambda body, before: CUT)
    options = arguments(httpserver, corpus, "search.generations=5", "proposer.broken_retries=1")
    stopped = ttc("discover", *options)
    assert stopped.returncode == 1
    assert "3 generations in a row had no answer from the model's server" in stopped.stderr
    assert "complete" not in stopped.stdout
    run = exported(tmp_path / "ttc-archive.db")
    assert run["status"] == "stopped"
    assert [program["verdict"] for program in run["programs"][3:]] == ["interrupted"] * 2
    assert len(provider.requests) == 6, "two tries each, and no attempt more"
    provider.script = well_behaved
    resumed = ttc("resume")
    assert resumed.returncode == 0, resumed.stderr
    made = exported(tmp_path / "ttc-archive.db")["programs"][5:]
    assert len(made) == 3 and {program["verdict"] for program in made} != {"interrupted"}


def test_the_last_generation_is_not_left_without_an_answer(
    httpserver: HTTPServer, tmp_path: Path, corpus: str, ttc: Ttc
) -> None:
    provider = FakeProvider(httpserver, lambda body, before: CUT)
    options = arguments(httpserver, corpus, "search.generations=1", "proposer.broken_retries=0")
    assert ttc("discover", *options).returncode == 1
    provider.script = well_behaved
    assert ttc("resume").returncode == 0
    assert len(exported(tmp_path / "ttc-archive.db")["programs"]) == 4


def test_a_prompt_that_is_too_long_is_written_shorter(
    httpserver: HTTPServer, tmp_path: Path, corpus: str, ttc: Ttc
) -> None:
    sent: list[int] = []

    def small(body: dict[str, object], before: int) -> Planned:
        sent.append(len(prompt_of(body)))
        if len(sent) == 1:
            return Fault(400, code="context_length_exceeded", message="too many tokens")
        return well_behaved(body, before)

    FakeProvider(httpserver, small)
    done = ttc("discover", *arguments(httpserver, corpus, "search.generations=3", "proposer.repairs=0"))
    assert done.returncode == 0, done.stderr
    assert "Going on with prompts of at most" in done.stderr
    assert sent[1] < sent[0]
    assert len(exported(tmp_path / "ttc-archive.db")["exchanges"]) == 3


def test_what_reaches_the_model_may_change_on_the_way_and_is_recorded(
    httpserver: HTTPServer, tmp_path: Path, corpus: str, ttc: Ttc
) -> None:
    provider = FakeProvider(httpserver, lambda body, before: Fault(400, message="top_k is not known"))
    secret = "proposer.extra={top_k: 3, api_key: sk-in-the-body}"
    refused = ttc("discover", *arguments(httpserver, corpus, "search.generations=2", secret))
    assert refused.returncode == 2 and "top_k is not known" in refused.stderr
    assert "is kept; it goes on with: ttc resume " in refused.stderr
    provider.script = well_behaved
    lacking = ttc("resume")
    assert lacking.returncode == 2 and "A key in proposer.extra is not recorded" in lacking.stderr
    changes = ("proposer.extra={top_k: null, api_key: sk-another-key}", "proposer.model=other", "proposer.system=false")
    resumed = ttc("resume", "latest", *changes)
    assert resumed.returncode == 0, resumed.stderr
    sent = provider.requests[-1]
    assert (sent["model"], sent["api_key"], "top_k" in sent, len(sent["messages"])) == (
        "other",
        "sk-another-key",
        False,
        1,
    )
    archive = tmp_path / "ttc-archive.db"
    with Archive.open(archive, read_only=True) as opened:
        (event,) = [each for each in opened.events(opened.resolve_run("latest")) if each.kind == "settings"]
    assert "model=other" in event.message and "system=False" in event.message
    everything = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert b"sk-in-the-body" not in everything and b"sk-another-key" not in everything
    assert stat.S_IMODE(archive.stat().st_mode) == 0o600


def test_a_key_that_a_server_repeats_is_recorded_nowhere(
    httpserver: HTTPServer, tmp_path: Path, corpus: str, ttc: Ttc
) -> None:
    def echo(body: dict[str, object], before: int) -> Planned:
        good = well_behaved(body, before)
        assert isinstance(good, Reply)
        return Fault(200, message="no sk-of-env-file") if before < 1 else Reply(good.text + "sk-of-env-file")

    (tmp_path / ".env").write_text("MY_KEY=sk-of-env-file\n")
    FakeProvider(httpserver, echo)
    options = arguments(httpserver, corpus, "search.generations=2", "proposer.api_key_env=MY_KEY", "proposer.repairs=0")
    done = ttc("discover", *options)
    assert done.returncode == 0, done.stderr
    assert "sk-of-env-file" not in done.stderr + done.stdout
    assert "sk-of-env-file" not in json.dumps(exported(tmp_path / "ttc-archive.db"))
    rows = json.loads(ttc("sql", "SELECT detail FROM usage WHERE verdict = 'failed'", "--json").stdout)
    assert [row["detail"] for row in rows] == ["no ***"] * 2


def test_two_interrupts_end_a_run_at_once(httpserver: HTTPServer, tmp_path: Path, corpus: str) -> None:
    provider = FakeProvider(httpserver, lambda body, before: Reply("x" * 200, broken_after=1, breakage="stall"))
    options = arguments(httpserver, corpus, "search.generations=5", "search.in_flight=3", "proposer.timeout_s=600")
    process = subprocess.Popen([sys.executable, "-m", "harness", "discover", *options], cwd=tmp_path, env=environment())
    while not provider.requests:
        assert process.poll() is None
        time.sleep(0.05)
    for _ in range(2):
        os.kill(process.pid, signal.SIGINT)
        time.sleep(0.3)
    assert process.wait(100) != 0, "the server would keep it waiting for 600 s"
    assert exported(tmp_path / "ttc-archive.db")["status"] == "stopped"


def test_one_interrupt_ends_the_wait_for_a_server(httpserver: HTTPServer, tmp_path: Path, corpus: str) -> None:
    provider = FakeProvider(httpserver, lambda body, before: Raw(b"down for the night", "text/plain", 503))
    options = arguments(httpserver, corpus, "search.generations=2", "proposer.longest_wait=60")
    with (tmp_path / "told").open("w") as told:
        process = subprocess.Popen(
            [sys.executable, "-m", "harness", "discover", *options],
            cwd=tmp_path, env=environment(), stdout=told, stderr=told,
        )  # fmt: skip
        while len(provider.requests) < 4:  # the next wait is of four seconds
            assert process.poll() is None
            time.sleep(0.05)
        os.kill(process.pid, signal.SIGINT)
        process.wait(60)  # on a busy machine; that it asked no more is what counts
    assert "ttc resume" in (tmp_path / "told").read_text() and len(provider.requests) == 4
    run = exported(tmp_path / "ttc-archive.db")
    assert run["status"] == "stopped" and len(run["programs"]) == 3
