"""Prove that kills of workers and encoders change nothing: a run here, then the same on a cluster under fire.

    .venv/bin/python scripts/prove_ray.py [--generations 100] [--kills 30]

Every kill is SIGKILL, of a worker or of the process that encodes, drawn by a seed, after a number of outcomes that is
drawn, too. The exports of both runs are compared, and every program and every outcome is counted.
"""

import argparse
import json
import os
import random
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

import harness
from archive import Archive
from harness.evaluation.evaluate import Outcome
from scripts.cluster_processes import ENCODER, WORKER, kill_one
from tests.e2e.conftest import write_corpus


class Killer(harness.Watcher):
    """Kills a process of the cluster after some of the outcomes."""

    def __init__(self, kills: int, outcomes: int, rng: random.Random) -> None:
        self.killed: Counter[str] = Counter()
        self._rng = rng
        self._left = kills
        self._outcomes = outcomes

    def outcome(self, outcome: Outcome) -> None:
        chance = self._left / max(1, self._outcomes)
        self._outcomes -= 1
        if self._left and self._rng.random() < chance:
            name = ENCODER if self._rng.random() < 0.25 else WORKER
            if kill_one(name, os.getpid(), self._rng.randrange(100)):
                self.killed[name] += 1
                self._left -= 1


def run(settings: list[str], path: Path, watcher: harness.Watcher) -> tuple[dict[str, Any], float]:
    """The export of a run, and the seconds that it took."""
    began = time.monotonic()
    harness.discover(*settings, f"archive.path={path}", watcher=watcher)
    took = time.monotonic() - began
    with Archive.open(path, read_only=True) as archive:
        exported = archive.export(archive.resolve_run("latest"))
    for name in ("archive", "cache"):
        exported["config"].pop(name)
    return exported, took


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--generations", type=int, default=100)
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    folder = Path(tempfile.mkdtemp())
    settings = [
        "encoder=wordllama",
        "tasks=folder",
        write_corpus(folder),
        "archive.secret=same",
        "search.in_flight=4",
        f"search.generations={arguments.generations}",
    ]
    whole, took = run([*settings, f"cache.folder={folder / 'one'}"], folder / "local.db", harness.Watcher())
    outcomes = sum(len(program["outcomes"]) for program in whole["programs"])
    print(f"here: {len(whole['programs'])} programs, {outcomes} outcomes, {took:.0f} s", flush=True)
    killer = Killer(arguments.kills, outcomes, random.Random(arguments.seed))
    cluster = ["executor=ray", "executor.workers=2", "executor.encoders=1", f"cache.folder={folder / 'two'}"]
    broken, took = run([*settings, *cluster], folder / "ray.db", killer)
    killed = ", ".join(f"{count} of {name}" for name, count in sorted(killer.killed.items()))
    print(f"on a cluster: {len(broken['programs'])} programs, {took:.0f} s, killed {killed}")
    same = json.dumps(whole, sort_keys=True) == json.dumps(broken, sort_keys=True)
    twice = [name for name, n in Counter(program["id"] for program in broken["programs"]).items() if n > 1]
    print(f"export identical: {same}; programs that stand twice: {len(twice)}")
    sys.exit(0 if same and not twice else 1)


if __name__ == "__main__":
    main()
