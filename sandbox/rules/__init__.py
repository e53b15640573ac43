"""Static rules: what a program's source may not contain, found before anything runs.

This is no security layer. It rejects early, with a reason an author can act on, and it enforces the taboos of the
research: no learned parameters, no randomness, no files.
"""

from sandbox.rules.check import check
from sandbox.rules.table import RULES, Rule, markdown_table
from sandbox.rules.violation import Violation

__all__ = ["RULES", "Rule", "Violation", "check", "markdown_table"]
