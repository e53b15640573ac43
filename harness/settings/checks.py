"""Which values settings may have, and which of them go together."""

import math
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from harness.errors import UsageError
from harness.settings.command import PRINTS
from harness.settings.proposer import ProposerSettings
from harness.settings.schema import SearchSettings, Settings
from harness.text import nearest

CHOICES: Mapping[str, tuple[str, ...]] = {
    "proposer.evidence": ("none", "figures", "examples"),
    "proposer.command.prints": PRINTS,
    "proposer.feedback": ("figures", "bit"),
    "search.admission": ("record", "beyond_noise"),
    "search.cost": ("texts", "tokens", "seconds", "latency", "vectors", "scoring", "bytes"),
    "search.objective": ("compute", "transfer", "budget"),
    "search.variants": ("refuse", "allow"),
    "program.transductive": ("refuse", "flag", "allow"),
    "tasks.first_stage": ("cosine", "cosine_bm25"),
    "sandbox.level": ("strict", "standard", "weak", "none"),
    "encoder.dtype": ("float32", "bfloat16", "float16"),
    "executor.classes": ("one", "any"),
}
"""Every value of a key that has few, as far as they are checked here."""
LEAST: Mapping[str, int] = {
    "search.generations": 0,
    "search.parents": 0,
    "search.in_flight": 1,
    "search.islands": 1,
    "search.migration": 1,
    "proposer.attempts": 1,
    "proposer.repairs": 0,
    "proposer.trials": 0,
    "executor.workers": 1,
    "executor.encoders": 0,
    "executor.encoder_gpus": 0,
    "tasks.max_queries": 1,
    "tasks.cut": 1,
    "tasks.query_batch": 1,
    "tasks.depth": 1,
}
"""The least value of a number; None, where a key may be so, is none."""


def value_at(mapping: Any, key: str) -> Any:
    """What a nested mapping has under `group.key`."""
    for part in key.split("."):
        mapping = mapping[part]
    return mapping


def check_values(settings: Settings) -> None:
    """Raise UsageError for the first value that is out of range, or does not go with another."""
    mapping = asdict(settings)
    for key, allowed in CHOICES.items():
        value = value_at(mapping, key)
        if value not in allowed:
            raise UsageError(f"{key} is '{value}'{nearest(str(value), allowed)}")
    for key, least in LEAST.items():
        value = value_at(mapping, key)
        if value is not None and value < least:
            raise UsageError(f"{key} is {value}; it must be at least {least}.")
    _check_programs(settings)
    _check_shares(settings)
    _check_evidence(settings.proposer)
    _check_budget(settings.search)


def _check_programs(settings: Settings) -> None:
    programs = settings.executor.programs
    if programs != "auto" and not (isinstance(programs, int) and programs >= 1):
        raise UsageError(f"executor.programs is {programs}; it must be at least 1, or auto.")
    for name in ("time_factor", "memory_factor"):
        factor = getattr(settings.program, name)
        if not 0 < factor < math.inf:
            raise UsageError(f"program.{name} is {factor}; it must be above 0.")
    for name in ("query_batch", "depth"):
        if getattr(settings.tasks, name) is not None and settings.program.transductive != "refuse":
            raise UsageError(
                f"tasks.{name} gives a program few queries at a time, and a transductive one needs all: leave it out, "
                "or set program.transductive=refuse."
            )


def _check_shares(settings: Settings) -> None:
    for name, of in (("unseen", "queries"), ("unseen_tasks", "tasks")):
        share = getattr(settings.tasks, name)
        if not 0 <= share < 1:
            raise UsageError(f"tasks.{name} is {share}; it is a share of the {of}, from 0 to below 1.")
    if settings.tasks.unseen_tasks and settings.search.objective == "transfer":
        raise UsageError(
            "A transfer search hides tasks and admits by them, so it has no unseen tasks; "
            "set tasks.unseen_tasks=0 or search.objective=compute."
        )


def _check_evidence(proposer: ProposerSettings) -> None:
    if not 0 < proposer.example_share < 1:
        raise UsageError(
            f"proposer.example_share is {proposer.example_share}; it is a share of the queries, above 0 and below 1."
        )
    if proposer.evidence == "examples" and proposer.feedback == "bit":
        raise UsageError(
            "Examples tell what was right, which is more than one bit; set proposer.feedback=figures or "
            "proposer.evidence=figures."
        )


def _check_budget(search: SearchSettings) -> None:
    if (search.objective == "budget") != (search.budget is not None):
        raise UsageError(
            "search.objective=budget and search.budget=C, the most that a program may cost, go together: set both, or "
            "neither."
        )
    if search.budget is None:
        return
    from archive import RATIOS  # with numpy, which settings alone do not need

    least, said = (1.0, "at least 1, which is encoding every text once") if search.cost in RATIOS else (0.0, "above 0")
    if not (math.isfinite(search.budget) and search.budget >= least and search.budget > 0):
        raise UsageError(f"search.budget is {search.budget:g} in {search.cost}; it must be {said}, and finite.")
