"""Prove what a night with bad servers leaves: 144 generations, 30 % faults of every kind, three dialects, 20 kills.

    .venv/bin/python scripts/prove_night.py [--generations 144] [--faults 0.3] [--kills 20] [--in-flight 4]

The server is real and on loopback, the model behind it is a stand-in. Every kill is SIGKILL at a random moment, after
which the run is resumed. Prints a table; exit status 1 where a generation lacks its answer, or a count is not exact.
"""

import argparse
import logging
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pytest_httpserver import HTTPServer

sys.path.insert(0, str(Path(__file__).parent.parent))

from archive import Archive, CallRecord, Calls, Program
from harness.proposers.verdicts import AnswerVerdict
from tests.e2e.conftest import environment, write_corpus
from tests.e2e.stand_in_model import answer, number_of, program
from tests.harness.proposers.fake_provider import TOKENS, FakeProvider, Fault, Planned, Raw, Reply, Script

DIALECTS = {"openai": "/v1", "openai-responses": "/v1", "anthropic": ""}
"""Kind of proposer to the path that its library adds its own to."""
QUICK = (
    "encoder=wordllama",
    "tasks=folder",
    "proposer.model=stand-in",
    "proposer.price.input=2",
    "proposer.price.output=8",
    "proposer.max_output_tokens=2000",
    "proposer.longest_wait=0.05",
    "proposer.broken_retries=30",
)
BEFORE = (Fault(429), Fault(500), Fault(503), Fault(529), Fault(kind="drop"), Fault(kind="hang"))
PAGES: dict[str, Planned] = {
    "page": Raw(b"<html>Bad gateway</html>", "text/html"),
    "error": Fault(200, message="try later"),
    "nothing": Raw(b""),
}
OWN = {AnswerVerdict.REFUSED, AnswerVerdict.CUT_OFF, AnswerVerdict.EMPTY, AnswerVerdict.NO_PROGRAM}
"""Verdicts that name a fault of the stand-in."""


@dataclass
class Night:
    """What a server did, by kind, and what it sent."""

    seed: str
    faults: Counter[str] = field(default_factory=Counter)
    begun: int = 0
    """Answers that broke off after some of them was sent."""
    slow: int = 0
    """Tries in which it fell silent or never came to an end."""

    def script(self, rate: float) -> Script:
        """Faults at this rate in each try, a tenth of them the model's own, at most five tries of a question."""

        def decide(body: dict[str, Any], before: int) -> Planned:
            number = number_of(body)
            good = Reply(answer(number, program(random.Random(number))))
            chance = random.Random(f"{self.seed}:{number}:{before}")
            if before < 5 and chance.random() < rate:
                return self._fault(good.text, chance)
            if random.Random(f"{self.seed}:{number}").random() < rate / 3:
                self.faults["model's own"] += 1
                return chance.choice([Reply("No.", stop="refused"), Reply(good.text[:150], stop="cut-off"), Reply("")])
            return good

        return decide

    def _fault(self, text: str, chance: random.Random) -> Planned:
        where = chance.choice(["before", "inside", "inside", "after"])
        self.faults[where] += 1
        if where == "before":
            fault = chance.choice(BEFORE)
            self.slow += fault.kind == "hang"
            return fault
        if where == "after":
            self.begun += 1
            return Reply(text, stop="silent")
        kind = chance.choice(["drop", "bad-json", "overload", "stall", "dribble", "first", "page", "error", "nothing"])
        if kind in PAGES:
            return PAGES[kind]
        self.begun += 1
        self.slow += kind in ("stall", "dribble")
        return Reply(text, broken_after=0 if kind == "first" else 2, breakage="overload" if kind == "first" else kind)


@dataclass
class Outcome:
    """What one run left, and what of it is wrong."""

    dialect: str
    generations: int
    calls: list[CallRecord]
    programs: list[Program]
    status: str
    exit: int
    night: Night
    answered: int
    kills: int = 0

    @property
    def wrong(self) -> list[str]:
        """One sentence for each thing that should not be."""
        made = [each.record for each in self.programs if each.record.generation]
        lost = [call for call in self.calls if call.usage.verdict == "lost"]
        answers = [call for program in made for call in program.usage]
        failed = [call for call in self.calls if call.usage.verdict == "failed"]
        unexplained = [each.verdict for each in made if each.verdict in set(AnswerVerdict) - OWN - {AnswerVerdict.OK}]
        charged = sum(call.charged_usd > 0 for call in failed)
        late = sum("timed out" in call.detail or "proposer.call_s" in call.detail for call in failed)
        whole = max(0, late - self.night.slow)  # sent to their end, to a machine too busy to read them in time
        found = {
            f"exit status {self.exit}, run {self.status}": self.exit != 0 or self.status != "finished",
            f"{len(made)} generations": len(made) != self.generations,
            f"verdicts that are not the model's: {unexplained}": bool(unexplained),
            "an answer is counted wrong": any(call.output != TOKENS["output"] for call in answers),
            f"{self.answered - len(answers)} answers unaccounted for": not (
                0 <= self.answered - len(answers) <= len(lost) + whole
            ),
            f"{charged} broken answers charged of {self.night.begun}": charged > self.night.begun + whole,
            "a failed call without a reason": not all(call.detail for call in failed),
        }
        return [sentence for sentence, holds in found.items() if holds]

    def row(self) -> str:
        """A line of the table."""
        made = [each.record for each in self.programs if each.record.generation]
        verdicts = Counter(call.usage.verdict for call in self.calls)
        evaluated = sum(bool(each.outcomes) or each.verdict == "duplicate" for each in made)
        faults = self.night.faults
        return (
            f"{self.dialect:17} {len(made):11} {evaluated:9} {len(made) - evaluated:11} {faults['before']:6} "
            f"{faults['inside']:6} {faults['after']:5} {self.kills:5} {verdicts['failed']:6} {verdicts['lost']:4}  "
            f"{'; '.join(self.wrong) or 'nothing'}"
        )


HEAD = (
    f"{'dialect':17} generations evaluated model's own before inside after kills failed lost  wrong\n"
    f"{'':17} {'':33} {'(faults of the server)':>19} {'':5}  (calls)"
)


def spend_night(
    dialect: str,
    generations: int,
    *,
    rate: float = 0.3,
    kills: int = 0,
    in_flight: int = 4,
    seed: int = 0,
    silence_s: float = 1.5,
) -> Outcome:
    """One run against a bad server, killed and resumed so often; what it left."""
    folder, night, rng = Path(tempfile.mkdtemp()), Night(f"{dialect}:{seed}"), random.Random(f"{dialect}:{seed}")
    with HTTPServer(threaded=True) as server, (folder / "errors.txt").open("w") as errors:
        provider = FakeProvider(server, night.script(rate))
        arguments = [
            "discover",
            *QUICK,
            write_corpus(folder),
            f"proposer.kind={dialect}",
            f"proposer.base_url={server.url_for(DIALECTS[dialect])}",
            f"proposer.timeout_s={silence_s}",
            f"proposer.call_s={2 * silence_s}",
            f"search.generations={generations}",
            f"search.in_flight={in_flight}",
        ]
        done = 0
        while True:
            process = subprocess.Popen(
                [sys.executable, "-m", "harness", *arguments],
                cwd=folder,
                env=environment() | {"ANTHROPIC_API_KEY": "", "OPENAI_API_KEY": ""},
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )
            if done == kills or not _killed(process, rng, max(1, 2 * generations // (kills + 1))):
                break
            done += 1
            if (folder / "ttc-archive.db").exists():
                with Archive.open(folder / "ttc-archive.db", read_only=True) as archive:
                    arguments = ["resume"] if archive.runs() else arguments
        if process.returncode is None:
            process.communicate()
    with Archive.open(folder / "ttc-archive.db", read_only=True) as archive:
        run = archive.run(archive.resolve_run("latest"))
        programs, calls = archive.programs(run.id), Calls(archive, run.id).beside_programs()
    answered = provider.answered.total()
    return Outcome(dialect, generations, calls, programs, run.status, process.returncode, night, answered, done)


def _killed(process: "subprocess.Popen[str]", rng: random.Random, most: int) -> bool:
    """Kill a process after a random number of programs; False where it ended before."""
    assert process.stdout is not None
    for _ in range(rng.randint(1, most)):
        if not process.stdout.readline():
            return False
    time.sleep(rng.random())
    process.kill()
    process.communicate()
    return process.returncode != 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--generations", type=int, default=144)
    parser.add_argument("--faults", type=float, default=0.3)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--in-flight", type=int, default=4)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    print(HEAD)
    wrong = False
    for number, dialect in enumerate(DIALECTS):
        share, kills = arguments.generations // len(DIALECTS), arguments.kills // len(DIALECTS)
        kills += number < arguments.kills % len(DIALECTS)
        outcome = spend_night(
            dialect, share, rate=arguments.faults, kills=kills, in_flight=arguments.in_flight, seed=arguments.seed
        )
        print(outcome.row(), flush=True)
        wrong = wrong or bool(outcome.wrong)
    sys.exit(int(wrong))


if __name__ == "__main__":
    main()
