"""What a model is told of its answers that could not be used: the last one whole, the objections to all."""

from collections.abc import Sequence
from dataclasses import dataclass

from harness.programs.lines import text_lines
from harness.proposers.answers.thinking import drop_thinking

MOST_LINES = 300
MOST_CHARACTERS = 16_000
"""Of an answer that is shown again."""


@dataclass(frozen=True)
class Objection:
    """Why an answer could not be used, and the program, edits or text that this is about."""

    sentence: str
    block: str


def correction(objections: Sequence[Objection], attempts: int) -> str:
    """What is said before the next of so many attempts; no two attempts are told the same. Empty before the first."""
    if not objections:
        return ""
    last = objections[-1]
    parts = [last.sentence]
    if len(objections) > 1:
        earlier = (f"{number}. {one.sentence}" for number, one in enumerate(objections[:-1], start=1))
        parts.append("What was wrong with your answers before it:\n" + "\n".join(earlier))
    if last.block.strip():
        parts.append("What it is about, with the numbers of its lines:\n" + numbered(last.block))
    return "\n\n".join([*parts, f"This is attempt {len(objections) + 1} of {attempts}."])


def failure_told(sentence: str, source: str, attempt: int, attempts: int) -> str:
    """What is said of a program that failed when it was run. `attempt` counts from 0."""
    return "\n\n".join(
        [
            f"The program in it was run and failed. {sentence}",
            "The program, with the numbers of its lines:\n" + numbered(source),
            "Fix it and keep its idea: answer with edits to these lines, or with the whole program. "
            f"This is attempt {attempt + 1} of {attempts} at that.",
        ]
    )


def trial_told(report: str, source: str, trial: int, trials: int) -> str:
    """What is said of a program that its author looked at. `trial` counts from 0."""
    left = trials - trial - 1
    more = f"Write TRIAL again for another look ({left} left), or leave it out" if left else "Leave TRIAL out now"
    return "\n\n".join(
        [
            f"You asked for a trial of your program first. {report}",
            "The program, with the numbers of its lines:\n" + numbered(source),
            "Answer again, in the same form, with the program as it is or another, or with edits to these lines. "
            f"{more} to have it evaluated on everything.",
        ]
    )


def numbered(text: str) -> str:
    """The lines of a text, thinking aside, with their numbers from 1; a long text is cut off."""
    lines = text_lines(drop_thinking(text)[:MOST_CHARACTERS])
    shown = [f"{number:4d} | {line}" for number, line in enumerate(lines[:MOST_LINES], start=1)]
    left_out = len(text) > MOST_CHARACTERS or len(lines) > MOST_LINES
    return "\n".join([*shown, "(The rest is left out.)"] if left_out else shown)
