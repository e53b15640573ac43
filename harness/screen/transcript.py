"""What models were told and what they answered, call by call, as the archive keeps it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from archive import Archive, Exchange, Program, UsageRecord
from harness.proposers.exchange import from_kept
from harness.proposers.store import BETWEEN
from harness.text import counted, plain, plain_lines

LONGEST = 5_000_000
"""Characters of a prompt or an answer that are printed."""
COLUMNS = (
    "run_id", "number", "program_id", "step", "provider", "model", "verdict", "detail", "prefix", "body", "answer",
    "latency_s", "input_uncached", "cache_read", "cache_write", "output", "reasoning", "cost_usd",
)  # fmt: skip
"""Of a turn as a row: the tokens and the price by the names of the table `usage`."""


@dataclass(frozen=True)
class Turn:
    """One call for a program: what was told, what was answered, and what the answer was good for."""

    run_id: str
    number: int
    step: str
    """`answer/0` and on, one an attempt; `judge/0` and on; `notes`."""
    prefix: str
    """The part of the prompt that is the same for a whole run."""
    body: str
    answer: str
    detail: str
    usage: UsageRecord

    def row(self) -> dict[str, Any]:
        """Its values by COLUMNS."""
        known = {**vars(self.usage), **vars(self), "program_id": f"{self.run_id}.{self.number}"}
        return {name: known[name] for name in COLUMNS}


def turns(archive: Archive, run_id: str, programs: Sequence[Program]) -> list[Turn]:
    """The calls for these programs of a run, in the order of their answers; of a step that was asked twice the last."""
    usage = {(program.number, call.step): call for program in programs for call in program.record.usage}
    numbers = {program.number for program in programs}
    kept = {(one.number, one.step): one for one in archive.exchanges(run_id) if one.number in numbers}
    return [_turn(run_id, exchange, usage.get(place)) for place, exchange in kept.items()]


def _turn(run_id: str, kept: Exchange, usage: UsageRecord | None) -> Turn:
    exchange = from_kept(kept.response)[1]
    prefix, _, body = kept.request.partition(BETWEEN)
    used = exchange.usage if usage is None else usage
    return Turn(run_id, kept.number, kept.step, prefix, body, exchange.text, exchange.detail, used)


def print_transcript(program: Program, told: Sequence[Turn], *, whole: bool) -> None:
    """Print a program's calls; unless `whole`, of a prompt only what the one before it does not have."""
    if not told:
        print(f"Program {program.id} has no recorded exchange with a model: {_why(program)}.")
        return
    before = ""
    for turn in told:
        prompt = f"{turn.prefix.rstrip()}\n\n{turn.body.strip()}\n"
        print(f"== {program.id} {turn.step}: {facts(turn)}")
        print("\n-- told\n")
        print(plain_lines(prompt if whole else changed(before, prompt), LONGEST))
        print("-- answered\n")
        print(plain_lines(turn.answer.strip() or "(nothing)", LONGEST))
        print()
        before = prompt


def facts(turn: Turn) -> str:
    """Who answered, what it was good for, how long it took and what it cost, in one line."""
    usage = turn.usage
    tokens = {"in": usage.input_uncached, "from cache": usage.cache_read, "into cache": usage.cache_write}
    read = [f"{counted(count, 'token')} {name}" for name, count in tokens.items() if count]
    read += [f"{counted(usage.output, 'token')} out"] if usage.output is not None else []
    price = "price unknown" if usage.cost_usd is None else f"${usage.cost_usd:.4f}"
    verdict = f"{usage.verdict} ({plain(turn.detail)})" if turn.detail and usage.verdict != "ok" else usage.verdict
    return ", ".join([plain(f"{usage.provider} {usage.model}"), verdict, f"{usage.latency_s:.1f} s", *read, price])


def changed(before: str, text: str) -> str:
    """A text without the lines at both ends that it shares with the one before it, which are counted."""
    old, new = before.split("\n"), text.split("\n")
    shortest = min(len(old), len(new)) if before else 0
    first = next((at for at in range(shortest) if old[at] != new[at]), shortest)
    last = next((at for at in range(shortest - first) if old[-1 - at] != new[-1 - at]), shortest - first)
    middle = new[first : len(new) - last]
    above = [f"({first:,} lines as before)"] if first else []
    return "\n".join([*above, *middle, *([f"({last:,} lines as before)"] if last else [])])


def _why(program: Program) -> str:
    record = program.record
    if record.mode == "seed":
        return "it is a seed"
    if record.model:
        return f"it is said to be by {plain(record.model)}, and its prompts were not kept"
    return "it was written without one, or told from outside"
