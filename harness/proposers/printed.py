"""What command lines print, read: the answer, and what it cost as far as they tell."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from harness.proposers.paths import at, count_at, text_at

Tokens = dict[str, int | None]


class UnreadableOutput(Exception):
    """The output has not the form that the settings say."""


@dataclass(frozen=True)
class Printed:
    """An answer as a command line printed it."""

    text: str
    model: str = ""
    cost_usd: float | None = None
    tokens: Tokens = field(default_factory=dict)
    """Token counts by the names of `UsageRecord`, without those that are not told."""
    complaint: str = ""
    """Why there is no proper answer, in the tool's own words."""


def read_printed(form: str, output: str, errors: str) -> Printed:
    """What standard output and standard error hold, in one of the forms of `proposer.command.prints`.

    Raises UnreadableOutput where they have another form.
    """
    return FORMS[form](output, errors)


def _text(output: str, errors: str) -> Printed:
    return Printed(output)


def _own(output: str, errors: str) -> Printed:
    said = _object(output)
    usage = said.get("usage")
    names = ("input_uncached", "cache_read", "cache_write", "output", "reasoning")
    tokens: Tokens = {name: count_at(usage, name) for name in names}
    return Printed(text_at(said, "answer"), text_at(said, "model"), _dollars(said.get("cost_usd")), tokens)


def _claude(output: str, errors: str) -> Printed:
    """`claude -p --output-format json`: one object, or with --verbose a list of events, whose last counts."""
    said = _json(output)
    said = said[-1] if isinstance(said, list) and said else said
    if not isinstance(said, Mapping):
        raise UnreadableOutput("its output is no JSON object")
    usage = said.get("usage")
    by_model = said.get("modelUsage")
    models = by_model if isinstance(by_model, Mapping) else {}
    model = max(models, key=lambda name: count_at(models, name, "outputTokens") or 0, default="")
    return Printed(
        text=text_at(said, "result"),
        model=str(model),
        cost_usd=_dollars(said.get("total_cost_usd")),
        tokens={
            "input_uncached": count_at(usage, "input_tokens"),
            "cache_read": count_at(usage, "cache_read_input_tokens"),
            "cache_write": count_at(usage, "cache_creation_input_tokens"),
            "output": count_at(usage, "output_tokens"),
        },
        complaint=(text_at(said, "result") or text_at(said, "subtype")) if said.get("is_error") else "",
    )


def _codex(output: str, errors: str) -> Printed:
    """`codex exec --json`: an event a line. Its count of what was read includes the cached tokens."""
    text, complaint, turns = "", "", []
    for event in _lines(output):
        kind = text_at(event, "type")
        if kind == "item.completed" and text_at(event, "item", "type") == "agent_message":
            text = text_at(event, "item", "text")
        elif kind == "turn.completed":
            turns.append(at(event, "usage"))
        elif kind == "turn.failed":
            complaint = text_at(event, "error", "message") or kind
    read, cached = _sum(turns, "input_tokens"), _sum(turns, "cached_input_tokens")
    tokens = {
        "input_uncached": None if read is None else max(0, read - (cached or 0)),
        "cache_read": cached,
        "output": _sum(turns, "output_tokens"),
        "reasoning": _sum(turns, "reasoning_output_tokens"),
    }
    return Printed(text, tokens=tokens, complaint=complaint)


def _gemini(output: str, errors: str) -> Printed:
    """`gemini --output-format json`: one object. Prompts are counted with the cached tokens, thoughts apart."""
    said = _object(output)
    models = at(said, "stats", "models")
    models = models if isinstance(models, Mapping) else {}
    counted = [at(model, "tokens") for model in models.values()]
    read, cached = _sum(counted, "prompt"), _sum(counted, "cached")
    wrote, thought = _sum(counted, "candidates"), _sum(counted, "thoughts")
    return Printed(
        text=text_at(said, "response"),
        model=str(max(models, key=lambda name: count_at(models, name, "tokens", "candidates") or 0, default="")),
        tokens={
            "input_uncached": None if read is None else max(0, read - (cached or 0)),
            "cache_read": cached,
            "output": None if wrote is None else wrote + (thought or 0),
            "reasoning": thought,
        },
        complaint=text_at(said, "error", "message"),
    )


def _llm(output: str, errors: str) -> Printed:
    """`llm --usage`: the answer, and on standard error a line such as `Token usage: 1,234 input, 56 output`."""
    found = re.search(r"Token usage: ([\d,]+) input, ([\d,]+) output", errors)
    if found is None:
        return Printed(output)
    read, wrote = (int(count.replace(",", "")) for count in found.groups())
    return Printed(output, tokens={"input_uncached": read, "output": wrote})


FORMS: Mapping[str, Callable[[str, str], Printed]] = {
    "text": _text,
    "json": _own,
    "claude": _claude,
    "codex": _codex,
    "gemini": _gemini,
    "llm": _llm,
}


def _json(output: str) -> Any:
    try:
        return json.loads(output)
    except ValueError as error:
        raise UnreadableOutput(f"its output is no JSON: {error}") from error


def _object(output: str) -> Mapping[str, Any]:
    """The JSON object in an output that may have lines of another kind before it."""
    start = output.find("{")
    said = _json(output[max(start, 0) :])
    if not isinstance(said, Mapping):
        raise UnreadableOutput("its output is no JSON object")
    return said


def _lines(output: str) -> Iterator[Any]:
    for line in output.splitlines():
        if line.startswith("{"):
            yield _json(line)


def _sum(counted: list[Any], name: str) -> int | None:
    """The sum of what is told under a name; None where nothing is."""
    told = [number for one in counted if (number := count_at(one, name)) is not None]
    return sum(told) if told else None


def _dollars(value: Any) -> float | None:
    known = isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < float("inf")
    return float(value) if known else None
