"""What a setting half written may become: keys, and the values of those that have few."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

from harness.settings.checks import CHOICES
from harness.settings.compose import groups
from harness.settings.schema import Settings
from harness.settings.words import kinds

ELSEWHERE: Mapping[str, tuple[str, ...]] = {
    "encoder.backend": ("torch", "onnx", "openvino"),
    "encoder.kind": (
        "bundled",
        "sentence-transformers",
        "openai-embeddings",
        "tokens-of",
        "multi-vector",
        "representative-tokens",
    ),
    "heads.kinds": ("linear", "low-rank", "mlp"),
    "proposer.kind": ("recombine", "anthropic", "openai", "openai-responses", "command", "replay", "published"),
    "search.selection": ("sigmoid", "power_law", "pareto_crowding", "uniform"),
    "tasks.source": ("documentation", "folder", "mteb", "mteb14", "heldout19", "multilingual"),
}
"""Values that the room they belong to checks; a shell that asks what there is must not wait for it to be imported."""


def offers(word: str) -> Iterator[tuple[str, str]]:
    """Words that `word` begins, each with a note: sections and groups, then a section's keys, then values.

    In a list and in a sweep, `key=a,b` or `key=[a,b`, the last value is the one that is completed.
    """
    written, separator, value = word.partition("=")
    key = written.lstrip("+~")
    if separator:
        done = value[: max(value.rfind(","), value.rfind("[")) + 1]
        found = [(f"{written}={done}{choice}", "") for choice in values(key)]
    else:
        mark = written[: len(written) - len(key)]
        found = [(mark + name, note) for name, note in (_keys(key) if "." in key else _sections())]
    yield from ((offer, note) for offer, note in found if offer.startswith(word))


def values(key: str) -> tuple[str, ...]:
    """The values that a key may have; none where they are not few."""
    if kinds(Settings).get(key) is bool:
        return ("true", "false")
    if key == "encoders":  # of a matrix
        return groups()["encoder"]
    return groups().get(key) or CHOICES.get(key) or ELSEWHERE.get(key, ())


def _sections() -> Iterator[tuple[str, str]]:
    for group, choices in groups().items():
        yield f"{group}=", f"one of {', '.join(choices)}"
    for section in asdict(Settings()):
        yield f"{section}.", f"settings of {section}"


def _keys(key: str) -> Iterator[tuple[str, str]]:
    section = key.partition(".")[0]
    for name, default in _leaves(f"{section}.", asdict(Settings()).get(section, {})):
        yield f"{name}=", f"by default {'nothing' if default in (None, '') else default}"


def _leaves(before: str, mapping: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for key, value in mapping.items():
        if isinstance(value, Mapping) and value:
            yield from _leaves(f"{before}{key}.", value)
        else:
            yield before + key, value
