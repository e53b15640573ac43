"""One broken rule at one place."""

from dataclasses import dataclass

from sandbox.rules.table import RULES


@dataclass(frozen=True)
class Violation:
    """`message` is one or two sentences that tell an author what is wrong and how to fix it."""

    code: str
    line: int
    message: str


def violation(code: str, line: int, what: str) -> Violation:
    """What was found, followed by the rule's advice."""
    return Violation(code, line, f"{what} {RULES[code].fix}")
