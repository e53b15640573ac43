"""Tables in Markdown of text that others wrote."""

from collections.abc import Sequence

from archive import Program
from harness.text import plain


def table(head: str, rows: Sequence[Sequence[str]]) -> str:
    """A table; `head` is its first line as written."""
    dashes = "|" + "---|" * (head.count("|") - 1)
    return "\n".join([head, dashes, *(f"| {' | '.join(row)} |" for row in rows)])


def cell(text: str, limit: int = 80) -> str:
    """Text of elsewhere that can end no cell and begin no link, code or HTML."""
    return "".join(f"\\{sign}" if sign in "\\|`*_[]<>" else sign for sign in plain(text, limit))


def name_of(program: Program) -> str:
    """A program as the tables name it: its number and its name."""
    return f"{program.number} {cell(program.record.name)}"
