"""Sections and sources as a prompt writes them."""

from harness.programs.view import ProgramView
from harness.proposers.ledger_text import worth_apart


def section(title: str, text: str) -> str:
    """A section under its title; nothing where it is empty."""
    return f"# {title}\n\n{text.strip()}\n\n" if text.strip() else ""


def program_text(view: ProgramView) -> str:
    """A program's source under its figures."""
    numbers = ""
    if view.mean_delta is not None and view.cost_ratio is not None:
        numbers = f": delta {view.mean_delta:+.4f}{worth_apart(view)}, cost {view.cost_ratio:.2f}"
    return f"## {view.id} {view.name}{numbers}\n\n```python\n{view.source.strip()}\n```\n\n"
