"""The taboos as a proposer is told them: the static rules' own table, so that they cannot drift apart."""

from sandbox.rules import RULES


def taboos() -> list[str]:
    """One line for each rule: what it forbids and how to do without."""
    return [f"{rule.forbids} {rule.fix}" for rule in RULES.values()]
