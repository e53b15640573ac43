"""Prove that faults and kills change nothing: a long run against a misbehaving server, then the same one killed often.

    .venv/bin/python scripts/prove_resume.py [--generations 200] [--kills 50] [--faults 0.3] [--in-flight 4]

The server is real and on loopback, the model behind it is a stand-in. Every kill is SIGKILL, a random number of
programs and up to a tenth of a second after the last start. Takes about ten seconds for each kill.
"""

import argparse
import json
import logging
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from pytest_httpserver import HTTPServer

sys.path.insert(0, str(Path(__file__).parent.parent))

from archive import Archive, Calls
from tests.e2e.conftest import environment, write_corpus
from tests.e2e.stand_in_model import misbehaving
from tests.harness.proposers.fake_provider import TOKENS, FakeProvider


class Proof:
    """A folder with a corpus, a server, and runs against it."""

    def __init__(self, server: HTTPServer, arguments: argparse.Namespace) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.errors = (self.folder / "errors.txt").open("w")
        self.provider = FakeProvider(server, misbehaving(arguments.faults))
        self.settings = [
            "encoder=wordllama",
            "tasks=folder",
            write_corpus(self.folder),
            "proposer=local",
            f"proposer.base_url={server.url_for('/v1')}",
            "proposer.model=stand-in",
            "proposer.longest_wait=0.01",
            f"search.generations={arguments.generations}",
            f"search.in_flight={arguments.in_flight}",
        ]

    def start(self, *arguments: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [sys.executable, "-m", "harness", *arguments],
            cwd=self.folder,
            env=environment(),
            stdout=subprocess.PIPE,
            stderr=self.errors,
            text=True,
        )

    def export(self, name: str) -> dict[str, Any]:
        with Archive.open(self.folder / name, read_only=True) as archive:
            exported = archive.export(archive.resolve_run("latest"))
        exported["config"].pop("archive")
        for exchange in exported["exchanges"]:
            response = json.loads(exchange["response"])
            for network in ("latency_s", "retries", "request_id"):
                response["exchange"]["usage"].pop(network)
            exchange["response"] = response
        exported["exchanges"].sort(key=lambda exchange: (exchange["number"], exchange["step"]))
        return exported

    def lost(self, name: str) -> int:
        """Calls that the archive says were in flight at a kill."""
        with Archive.open(self.folder / name, read_only=True) as archive:
            calls = Calls(archive, archive.resolve_run("latest")).beside_programs()
        return sum(call.usage.verdict == "lost" for call in calls)


def unbroken(proof: Proof) -> dict[str, Any]:
    """A run that nothing disturbed but the server's faults, checked against what the server sent."""
    process = proof.start("discover", *proof.settings, "archive.path=unbroken.db")
    process.communicate()
    run = proof.export("unbroken.db")
    calls = [call for program in run["programs"] for call in program["usage"]]
    counted = [call for call in calls if call["output"] is not None]
    print(f"unbroken: exit {process.returncode}, {len(run['programs'])} programs, {len(calls)} calls")
    print("  answers:", dict(Counter(call["verdict"] for call in calls)))
    print(f"  requests {len(proof.provider.requests)}, answers sent whole {sum(proof.provider.answered.values())}")
    exact = sum(call["output"] for call in counted) == TOKENS["output"] * len(counted)
    print(f"  usage totals exact: {exact}; every program once: {len({p['id'] for p in run['programs']})}")
    return run


def killed(proof: Proof, kills: int, rng: random.Random, programs: int) -> tuple[dict[str, Any], int]:
    """The same run killed and resumed; with it, how many answers were sent beyond those that it recorded."""
    proof.provider.forget()
    per_start = max(1, 2 * programs // (kills + 1))
    arguments = ["discover", *proof.settings, "archive.path=killed.db"]
    for number in range(kills):
        process = proof.start(*arguments)
        assert process.stdout is not None
        for _ in range(rng.randint(1, per_start)):
            process.stdout.readline()
        time.sleep(rng.random() / 10)
        process.kill()
        process.communicate()
        with Archive.open(proof.folder / "killed.db", read_only=True) as archive:
            if archive.runs():
                arguments = ["resume", "--archive", "killed.db"]
        print(f"  kill {number + 1} of {kills}", end="\r", flush=True)
    process = proof.start(*arguments)
    process.communicate()
    print(f"killed {kills} times: last exit {process.returncode}")
    run = proof.export("killed.db")
    return run, sum(proof.provider.answered.values()) - len(run["exchanges"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--generations", type=int, default=200)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--faults", type=float, default=0.3)
    parser.add_argument("--in-flight", type=int, default=4)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    with HTTPServer(threaded=True) as server:
        proof = Proof(server, arguments)
        whole = unbroken(proof)
        broken, unrecorded = killed(proof, arguments.kills, random.Random(arguments.seed), arguments.generations)
    same = json.dumps(whole, sort_keys=True) == json.dumps(broken, sort_keys=True)
    print(f"export identical to the unbroken run: {same}")
    lost = proof.lost("killed.db")
    print(
        f"calls in flight at {arguments.kills} kills, up to {arguments.in_flight} at each: {lost} are told as lost; "
        f"{unrecorded} of them were answered to the end, nothing else was asked twice"
    )
    sys.exit(0 if same and unrecorded <= lost <= arguments.kills * arguments.in_flight else 1)


if __name__ == "__main__":
    main()
