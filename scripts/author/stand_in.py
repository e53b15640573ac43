"""A simulated author: it draws as blind recombination does, and chooses by what it is told.

Its skill is in this file and nowhere else:

* It takes one of the three best programs that the prompt tells of, and draws eight untried neighbours of it. Where
  standard errors are told, a program counts by its delta less that error.
* Of the eight it answers with the one whose operations are said to have gained most where they were added. Where
  nothing is said of operations, the first.
* Where trials are offered it asks for one; if the program then does not beat the best one on the same queries, it goes
  on to the next of the eight.

It knows nothing of retrieval, remembers nothing but the prompt, and writes one answer of a fixed length. A model that
reasons may gain more from what it reads, or less: what the curves show is what the text holds for a reader this simple.
"""

import random
from typing import Any

from harness.programs.operations.calls import called_operations
from harness.proposers.recombine.genome import Genome, Space, fresh, mutate
from harness.proposers.recombine.source import render
from harness.proposers.tokens import count
from scripts.author.reading import Reading, read
from tests.harness.proposers.fake_provider import Reply

CANDIDATES, BEST = 8, 3
NOBODY = "none"
THINKING = 4000
"""Tokens that every answer is said to have thought."""


class Author:
    """Answers the prompts of one run, and counts tokens as a provider with a cache up to breakpoints does."""

    def __init__(self, seed: int, *, trials: bool) -> None:
        self._seed = seed
        self._trials = trials
        self._cached: set[str] = set()

    def script(self, body: dict[str, Any], before: int) -> Reply:
        """The reply to a request of the Anthropic dialect."""
        del before
        prompt = "".join(block["text"] for block in _blocks(body))
        text = self._answer(read(prompt, trials=self._trials))
        return Reply(text, used=self._used(body, text))

    def _answer(self, reading: Reading) -> str:
        """A program, or the wish to try it first."""
        choices = candidates(reading, random.Random(f"author:{self._seed}:{reading.number}"))
        order = list(choices)
        chosen, asks = order[0], reading.may_try
        if reading.looked:
            last, gain = reading.looked
            after = order[order.index(last) + 1 :] if last in order else order
            chosen, asks = (last, False) if gain > 0 or not after else (after[0], asks)
        lines = [f"NAME: {chosen.name}", f"PARENTS: {choices.get(chosen, NOBODY)}"]
        lines += ["CLAIM: simulated", "EFFECT: simulated", "LESSON: simulated"]
        if asks:
            lines.append(f"TRIAL: {reading.number % 5 + 1}")
        return "\n".join([*lines, "", "```python", render(chosen).strip(), "```", ""])

    def _used(self, body: dict[str, Any], text: str) -> dict[str, int]:
        """Tokens of a call: what lies before a breakpoint is read from the cache where it was sent before."""
        told, total, read_, written = "", 0, 0, 0
        for block in _blocks(body):
            told += block["text"]
            total = count(told)
            if "cache_control" in block:
                if told in self._cached:
                    read_, written = total, 0
                else:
                    written = total - read_
                self._cached.add(told)
        answer = count(text) + THINKING
        return {"input": total, "read": read_, "write": written, "output": answer, "reasoning": THINKING}


def candidates(reading: Reading, chance: random.Random) -> dict[Genome, str]:
    """Eight untried programs and the id of what each is a change of, the most promising first as far as is told."""
    rated = sorted(reading.programs, key=lambda each: each.error - each.delta)[:BEST]
    drawn: dict[Genome, str] = {}
    while len(drawn) < CANDIDATES:
        base = chance.choice(rated) if rated and chance.random() < 0.9 else None
        genome = fresh(chance, Space()) if base is None else mutate(base.genome, chance, Space())
        if base is not None and chance.random() < 0.5:
            genome = mutate(genome, chance, Space())
        if genome not in reading.tried:
            drawn.setdefault(genome, NOBODY if base is None else base.id)

    def promise(genome: Genome) -> float:
        return sum(reading.effects.get(found.operation, 0.0) for found in called_operations(render(genome)))

    # Stable: as drawn where nothing is told.
    return {genome: drawn[genome] for genome in sorted(drawn, key=promise, reverse=True)}


def _blocks(body: dict[str, Any]) -> list[dict[str, Any]]:
    """The texts of a request, in order."""
    content = body["messages"][-1]["content"]
    return [*body["system"], *([{"text": content}] if isinstance(content, str) else content)]
