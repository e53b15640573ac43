"""What models were told and answered, for a page: prompts repeat each other, so each line stands there once."""

from collections.abc import Sequence
from typing import Any

from archive import Archive, Program
from harness.screen.transcript import facts, turns
from harness.text import visible

ANSWER = 200_000
PROMPT = 2_000_000
"""Characters kept of an answer and of a prompt."""


class Lines:
    """Texts as spans of one list of lines. A line after another line than before stands there again, so that spans are
    long."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._places: dict[tuple[str, str], int] = {}

    def spans(self, text: str) -> list[list[int]]:
        """Start and length of each span, in order."""
        found: list[list[int]] = []
        before = ""
        for line in text.split("\n"):
            place = self._places.setdefault((before, line), len(self.lines))
            if place == len(self.lines):
                self.lines.append(line)
            if found and sum(found[-1]) == place:
                found[-1][1] += 1
            else:
                found.append([place, 1])
            before = line
        return found


def told_data(archive: Archive, run_id: str, programs: Sequence[Program]) -> tuple[list[str], dict[int, Any]]:
    """The lines of all prompts, and by program number its calls with their prompts as spans of these."""
    lines, calls = Lines(), dict[int, Any]()
    for turn in turns(archive, run_id, programs) if archive.n_exchanges(run_id) else []:
        prompt = f"{turn.prefix.rstrip()}\n\n{turn.body.strip()}"
        calls.setdefault(turn.number, []).append(
            {
                "step": turn.step,
                "facts": facts(turn),
                "prompt": lines.spans(visible(prompt, PROMPT)),
                "answer": visible(turn.answer, ANSWER),
            }
        )
    return lines.lines, calls
