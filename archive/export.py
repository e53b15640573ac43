"""What a run decided, in a form in which a resumed, repeated or replayed run equals the unbroken one.

Left out is what no repetition brings back: times of day and durations (TIMINGS), the machine and how many workers it
had, what the network did (NETWORK), hashes over texts that hold the run's id, and that id itself, which reads RUN.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from archive.packing import pack
from archive.records import Event, Exchange, Program, Run

TIMINGS = frozenset(
    {
        "created",
        "baseline_seconds",
        "encoder_seconds",
        "wall_s",
        "cpu_s",
        "peak_rss",
        "latency_s",
        "index_encoder_seconds",
        "index_cpu_s",
        "index_bytes",
        "alone_s",
        "similarity_s",
    }
)
NETWORK = frozenset({"request_id", "retries"})
MACHINES = "machines"
"""The kind of event that tells which machines took part in a run."""
LEFT_OUT = TIMINGS | NETWORK | {"machine", "request_hash", "executor"}


def export(
    run: Run, programs: Sequence[Program], exchanges: Sequence[Exchange], events: Sequence[Event]
) -> dict[str, Any]:
    """A run as JSON-ready values; per-query values as the hash of their packed form."""
    whole = {
        "status": run.status,
        **asdict(run.record),
        "programs": [{"id": program.id, **asdict(program.record)} for program in programs],
        "exchanges": [asdict(exchange) for exchange in exchanges],
        "events": [asdict(event) for event in events if event.kind != MACHINES],
    }
    exported: dict[str, Any] = _without_chance(whole, re.compile(rf"\b{re.escape(run.id)}\b"))
    return exported


def _without_chance(value: Any, run_id: re.Pattern[str]) -> Any:
    if isinstance(value, dict):
        return {key: _without_chance(part, run_id) for key, part in value.items() if key not in LEFT_OUT}
    if isinstance(value, list | tuple):
        return [_without_chance(part, run_id) for part in value]
    if isinstance(value, str):
        return run_id.sub("RUN", value)
    if hasattr(value, "dtype"):
        return hashlib.sha256(pack(value) or b"").hexdigest()[:32]
    return value
