"""What a model says on whether a program is new."""

import re
from dataclasses import dataclass

from harness.proposers.answers.thinking import drop_thinking

_FIRST = re.compile(r"^[\W_]*(?:(?:verdict|answer|judge?ment)[\W_]*)?(?P<no>not[\s_-]*)?novel\b[\W_]*", re.IGNORECASE)
_ANYWHERE = re.compile(r"\b(?P<no>NOT[\s_-]+)?NOVEL\b|\b(?P<small>not[_-]novel)\b")
_MOST_REASON = 300
"""Characters of a reason that are told."""


@dataclass(frozen=True)
class Judgment:
    """Whether a program is new, and why."""

    novel: bool
    reason: str


def read_judgment(text: str) -> Judgment | None:
    """The judgment in a text: its first word, thinking and markup aside, else the last NOVEL or NOT_NOVEL in it.

    None where it has neither, or both.
    """
    said = drop_thinking(text).strip()
    if first := _FIRST.match(said):
        return Judgment(first["no"] is None, _reason(said[first.end() :]))
    found = list(_ANYWHERE.finditer(said))
    verdicts = {one["no"] is None and one["small"] is None for one in found}
    if len(verdicts) != 1:
        return None
    rest = said[found[-1].end() :].strip(" .:,-*_`\n") or said[: found[-1].start()]
    return Judgment(verdicts.pop(), _reason(rest))


def _reason(text: str) -> str:
    return " ".join(text.strip(" .:,;-–—*_`\n").split())[:_MOST_REASON]
