"""How long prompts are along a run, and how much of one the next repeats from its beginning, so that caches hit.

    python scripts/bench_prompts.py [GENERATION ...]

The run is the published one, 80 programs; where more are asked for, its programs come again under other numbers. Tokens
are counted as `harness.proposers.tokens` does. Nothing is asked of a model.
"""

import argparse
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from harness.ending import one_sentence
from harness.proposers.exchange import Prompt
from harness.proposers.load import prompt_writer
from harness.proposers.modes import assign
from harness.proposers.tokens import count
from harness.published.place import open_archive
from harness.search.briefing import make_briefing
from harness.search.history import History, Known
from harness.search.noise import cosines_of
from harness.search.recorded import hidden_of, recorded_programs
from harness.settings import Settings, compose
from primitives import programs

GENERATIONS = (5, 50, 140)
AHEAD = 10
"""Prompts after each generation over which the repeated share is averaged: so often at most the sources change."""


def main(generations: tuple[int, ...]) -> None:
    with open_archive("published", read_only=True) as archive:
        run_id = archive.resolve_run("latest")
        recorded = recorded_programs(archive, run_id, hidden_of(archive, run_id))
        cosines = cosines_of(archive.run(run_id).record)
    print("evidence  generation  tokens  of them fixed  repeated by the next, mean of ten  up to a breakpoint")
    for evidence in ("none", "figures"):
        settings = compose(["proposer=anthropic", f"proposer.evidence={evidence}"])
        for generation in generations:
            history = History(cosines=cosines)
            for known in _repeated(recorded, run_id, generation + len(programs.SEEDS) + AHEAD):
                if len(history) == generation + len(programs.SEEDS):
                    break
                history.add(known)
            rest = _repeated(recorded, run_id, generation + len(programs.SEEDS) + AHEAD)
            prompts = [_prompt(settings, run_id, history)]
            for number, known in enumerate(rest):
                if number >= len(history):
                    history.add(known)
                    prompts.append(_prompt(settings, run_id, history))
            shares = [_shares(*pair) for pair in pairwise(prompts)]
            tokens = sum(map(count, (prompts[0].prefix, prompts[0].body)))
            any_, marked = (sum(share[at] for share in shares) / len(shares) for at in (0, 1))
            fixed = count(prompts[0].prefix)
            print(f"{evidence:8}  {generation:10}  {tokens:6,}  {fixed:13,}  {any_:32.0%}  {marked:18.0%}")


def _prompt(settings: Settings, run_id: str, history: History) -> Prompt:
    briefing = make_briefing(settings, run_id, history, len(history) + 1)
    return prompt_writer(settings).proposal(briefing, assign(briefing, settings.proposer.modes))


def _repeated(recorded: list[Known], run_id: str, count: int) -> Iterator[Known]:
    """The programs of the run, then those that were no seeds again, their parents being the last that bore their id."""
    seeds = len(programs.SEEDS)
    for number in range(1, count + 1):
        place = number - 1 if number <= len(recorded) else seeds + (number - 1 - seeds) % (len(recorded) - seeds)
        known, ago = recorded[place], (number - 1 - place)
        parents = tuple(_later(parent, ago, seeds) for parent in known.row.parents)
        row = replace(known.row, id=f"{run_id}.{number}", parents=parents)
        yield replace(known, row=row, exact_hash=f"{known.exact_hash} {number}")


def _later(parent: str, ago: int, seeds: int) -> str:
    run_id, _, number = parent.rpartition(".")
    return parent if int(number) <= seeds else f"{run_id}.{int(number) + ago}"


def _shares(last: Prompt, following: Prompt) -> tuple[float, float]:
    """Of the last prompt, the share that the next one repeats from its beginning; and that of the following one's
    tokens which lie before the last cache breakpoint that both have in common.
    """
    before, after = last.prefix + last.body, following.prefix + following.body
    same = next((at for at, (a, b) in enumerate(zip(before, after, strict=False)) if a != b), len(before))
    marks = [len(last.prefix), len(last.prefix) + last.settled]
    return same / len(before), max((mark for mark in marks if mark <= same), default=0) / len(before)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("generations", nargs="*", type=int, default=GENERATIONS, metavar="GENERATION")
    with one_sentence("bench_prompts"):
        main(tuple(parser.parse_args().generations))
