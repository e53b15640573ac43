"""How a command line is asked for programs.

Not frozen, as in `proposer.py`.
"""

from dataclasses import dataclass, field

PRINTS = ("text", "claude", "codex", "gemini", "llm", "json")


@dataclass
class CommandSettings:
    """The part `proposer.command`; presets are the choices claude, codex, gemini and llm of the group `proposer`."""

    line: str = ""
    """The command line; no shell reads it, and it is ended after `proposer.timeout_s`. The briefing is its standard
    input, or the file {briefing} where that is named; the answer is what it prints, or the file {answer}. {model} is
    the model, {desk} the folder of `proposer.desk`, {here} the folder that `ttc` was started in."""
    prints: str = "text"
    """How its output is read: text (all of it is the answer), the JSON of claude, codex or gemini, the token count of
    llm, or json: an object with answer and, where known, model, cost_usd and usage."""
    env: list[str] = field(default_factory=list)
    """Environment variables that it gets beside PATH, HOME, LANG, TERM and the like; * stands for any letters. Keys of
    this process are handed on only where they are named here."""
    folder: str = ""
    """Each call works in a folder of its own, kept in this one; empty removes it after the call."""
    most_usd: float = 0.0
    """What one call may cost at most, which a cap on dollars counts before it is made; with 0 the last call may pass
    the cap."""
