"""Runs with a language model as the author: real processes against a real server on loopback."""

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from archive import Archive, Calls
from tests.e2e.conftest import Ttc, environment
from tests.e2e.stand_in_model import misbehaving, well_behaved
from tests.harness.proposers.fake_provider import TOKENS, FakeProvider, Fault

ONE_CALL = ("proposer.repairs=0", "search.variants=allow")
"""A program that fails is not sent back, nor one that resembles another: so many programs, so many calls."""
PRICE = ("proposer.price.input=2", "proposer.price.output=8")


def arguments(server: HTTPServer, corpus: str, *more: str) -> list[str]:
    return [
        "encoder=wordllama",
        "tasks=folder",
        corpus,
        "proposer=local",
        f"proposer.base_url={server.url_for('/v1')}",
        "proposer.model=stand-in",
        "proposer.longest_wait=0.01",
        "archive.secret=of-these-tests",  # runs in several archives are compared
        *PRICE,
        *more,
    ]


def exported(path: Path, run_id: str | None = None) -> dict[str, Any]:
    with Archive.open(path, read_only=True) as archive:
        return archive.export(run_id or archive.resolve_run("latest"))


def test_a_run_is_recorded_replayed_and_priced(httpserver: HTTPServer, tmp_path: Path, corpus: str, ttc: Ttc) -> None:
    provider = FakeProvider(httpserver, well_behaved)
    done = ttc("discover", *arguments(httpserver, corpus, "search.generations=6"))
    assert done.returncode == 0, done.stderr
    archive = tmp_path / "ttc-archive.db"
    first = exported(archive)
    made = first["programs"][3:]
    assert [program["model"] for program in made] == ["stand-in"] * 6
    calls = [call for program in made for call in program["usage"]]
    assert len(calls) == len(provider.requests) == len(first["exchanges"])
    price = ((TOKENS["input"] - 50) * 2 + 40 * 2 + 10 * 2.5 + TOKENS["output"] * 8) / 1e6
    assert [call["cost_usd"] for call in calls] == [pytest.approx(price)] * len(calls)

    asked = len(provider.requests)
    with Archive.open(archive, read_only=True) as opened:
        run_id = opened.resolve_run("latest")
    again = ttc("discover", "encoder=wordllama", "tasks=folder", corpus, "proposer=replay", f"proposer.run={run_id}")
    assert again.returncode == 0, again.stderr
    assert len(provider.requests) == asked
    replayed = exported(archive)
    assert replayed["config"].pop("proposer")["kind"] == "replay"
    first["config"].pop("proposer")
    assert replayed == first


def test_faults_and_kills_change_nothing(httpserver: HTTPServer, tmp_path: Path, corpus: str, ttc: Ttc) -> None:
    provider = FakeProvider(httpserver, misbehaving(0.6))
    options = arguments(httpserver, corpus, "search.generations=30", "search.in_flight=4")
    whole = ttc("discover", *options, "archive.path=unbroken.db")
    assert whole.returncode == 0, whole.stderr
    unbroken = exported(tmp_path / "unbroken.db")
    assert len(unbroken["programs"]) == 33
    calls = [call for program in unbroken["programs"] for call in program["usage"]]
    assert len(calls) == len(unbroken["exchanges"])
    assert {call["verdict"] for call in calls} > {"ok", "refused"}
    counted = [call for call in calls if call["output"] is not None]
    assert sum(call["output"] for call in counted) == TOKENS["output"] * len(counted)

    provider.forget()
    process = subprocess.Popen(
        [sys.executable, "-m", "harness", "discover", *options, "archive.path=killed.db"],
        cwd=tmp_path,
        env=environment(),
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    for _ in range(12):
        process.stdout.readline()
    process.kill()
    process.communicate()
    with Archive.open(tmp_path / "killed.db", read_only=True) as archive:
        kept = {e.request_hash for e in archive.exchanges(archive.resolve_run("latest"))}
    assert 0 < len(kept) < len(unbroken["exchanges"])
    resumed = ttc("resume", "--archive", "killed.db")
    assert resumed.returncode == 0, resumed.stderr
    killed = exported(tmp_path / "killed.db")
    assert killed["programs"] == unbroken["programs"]
    with Archive.open(tmp_path / "killed.db", read_only=True) as archive:
        beside = Calls(archive, archive.resolve_run("latest")).beside_programs()
    lost = [call for call in beside if call.usage.verdict == "lost"]
    unrecorded = provider.answered.total() - len(killed["exchanges"])
    assert 0 <= unrecorded <= len(lost) <= 4, "only what was on its way at the kill, and nothing of it is hidden"
    assert {call.usage.verdict for call in beside} <= {"lost", "failed"}
    assert ("in flight when this run was killed" in resumed.stderr) == bool(lost)


def test_a_call_that_a_kill_lost_counts_against_the_caps(
    httpserver: HTTPServer, tmp_path: Path, corpus: str, ttc: Ttc
) -> None:
    provider = FakeProvider(httpserver, lambda body, before: Fault(kind="hang"))
    options = arguments(httpserver, corpus, *ONE_CALL, "search.generations=3", "proposer.max_output_tokens=100000")
    process = subprocess.Popen([sys.executable, "-m", "harness", "discover", *options], cwd=tmp_path, env=environment())
    while not provider.requests:
        assert process.poll() is None
        time.sleep(0.05)
    refused = ttc("resume")
    assert refused.returncode == 1
    assert "Another process is working on run" in refused.stderr
    process.kill()
    process.wait()
    provider.script = well_behaved
    capped = ttc("resume", "latest", "caps.dollars=1")
    assert "1 call to a model, in flight when this run was killed, is made again. The caps count $0.8" in (
        capped.stderr
    )
    assert "The cap of $1.00 could be passed by the next call: $0.8" in capped.stderr
    assert ttc("resume", "latest", "caps.dollars=9").returncode == 0
    with Archive.open(tmp_path / "ttc-archive.db", read_only=True) as archive:
        run_id = archive.resolve_run("latest")
        (lost,) = Calls(archive, run_id).beside_programs()
        answered = [call for program in archive.programs(run_id) for call in program.record.usage]
        dollars, _ = Calls(archive, run_id).charged()
    assert (lost.number, lost.usage.step, lost.usage.verdict) == (4, "answer/0", "lost")
    assert lost.charged_usd > 0.8
    assert len(answered) == 3
    assert dollars == pytest.approx(lost.charged_usd + sum(call.cost_usd or 0 for call in answered))


def test_a_call_without_an_answer_leaves_a_row_and_costs_nothing(
    httpserver: HTTPServer, tmp_path: Path, corpus: str, ttc: Ttc
) -> None:
    provider = FakeProvider(httpserver, lambda body, before: Fault(500, message="out of order"))
    done = ttc("discover", *arguments(httpserver, corpus, *ONE_CALL, "search.generations=2", "proposer.max_retries=1"))
    assert done.returncode == 1
    assert "gave no answer after all retries" in done.stderr
    provider.script = well_behaved
    assert ttc("resume").returncode == 0
    told = ttc("sql", "SELECT model, calls, unanswered_calls, charged_usd > 0 AS charged FROM spending", "--json")
    assert json.loads(told.stdout) == [
        {"model": "stand-in", "calls": 1, "unanswered_calls": 1, "charged": 0},
        {"model": "stand-in-1", "calls": 2, "unanswered_calls": 0, "charged": 1},
    ]
    (row,) = json.loads(ttc("sql", "SELECT * FROM usage WHERE verdict = 'failed'", "--json").stdout)
    assert "out of order" in row["detail"]


def test_a_cap_ends_the_run_cleanly_and_may_be_raised(
    httpserver: HTTPServer, tmp_path: Path, corpus: str, ttc: Ttc
) -> None:
    provider = FakeProvider(httpserver, well_behaved)
    # A call may cost $0.12 and costs $0.03, so the cap allows three.
    costly = ("proposer.max_output_tokens=100", "proposer.price.output=1000", "caps.dollars=0.2")
    capped = ttc("discover", *arguments(httpserver, corpus, *ONE_CALL, "search.generations=5", *costly))
    assert capped.returncode == 1
    assert "The cap of $0.20 could be passed by the next call" in capped.stderr
    assert "Traceback" not in capped.stderr
    archive = tmp_path / "ttc-archive.db"
    run = exported(archive)
    assert run["status"] == "stopped"
    assert len(run["programs"]) == 6
    asked = len(provider.requests)
    resumed = ttc("resume", "latest", "caps.dollars=1")
    assert resumed.returncode == 0, resumed.stderr
    assert len(exported(archive)["programs"]) == 8
    assert len(provider.requests) == 5 > asked
    refused = ttc("resume", "latest", "search.seed=4")
    assert refused.returncode == 2
    assert "cannot change on the way" in refused.stderr


def test_no_hidden_number_reaches_a_briefing(httpserver: HTTPServer, tmp_path: Path, corpus: str, ttc: Ttc) -> None:
    provider = FakeProvider(httpserver, well_behaved)
    done = ttc("discover", *arguments(httpserver, corpus, *ONE_CALL, "search=transfer", "search.generations=8"))
    assert done.returncode == 0, done.stderr
    with Archive.open(tmp_path / "ttc-archive.db", read_only=True) as archive:
        run = archive.run(archive.resolve_run("latest"))
        programs = archive.programs(run.id)
        briefings = [exchange.request for exchange in archive.exchanges(run.id)]
    (hidden,) = [task.name for task in run.record.tasks if task.split == "validation"]
    (searched,) = [task.name for task in run.record.tasks if task.split == "search"]
    numbers = set()
    for program in programs:
        outcomes = {outcome.task: outcome for outcome in program.record.outcomes}
        assert program.record.mean_delta == pytest.approx(outcomes[searched].delta)
        if hidden not in outcomes:
            assert program.record.verdict != "ok"  # what the search's own tasks turn down is not asked there
            continue
        numbers |= _written(outcomes[hidden].delta) | _written(outcomes[hidden].ndcg)
        numbers -= _written(outcomes[searched].delta) | _written(outcomes[searched].ndcg)
    assert len(numbers) > 4
    assert len(briefings) == len(provider.requests) == 8
    for briefing in briefings:
        assert f"{searched} " in briefing.split("# Ledger")[1]
        assert hidden not in briefing.split("# Ledger")[1]
        assert not [number for number in numbers if number in briefing]
    assert all("hidden tasks" in program.record.reason for program in programs if program.record.verdict == "ok")


def _written(number: float | None) -> set[str]:
    """The ways a number could have been written; the common ones say nothing."""
    assert number is not None
    return {f"{number:+.4f}", f"{number:.4f}", f"{number:.3f}"} - {
        "+0.0000",
        "-0.0000",
        "0.0000",
        "0.000",
        "1.0000",
        "1.000",
    }
