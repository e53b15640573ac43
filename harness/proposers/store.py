"""Exchanges kept in the archive."""

import json
from dataclasses import asdict
from typing import Any

from archive import Archive
from archive import Exchange as ArchivedExchange
from harness.limits import Amount
from harness.proposers.exchange import Prompt, from_mapping, to_mapping
from harness.proposers.record import RecordedExchange

BETWEEN = "\x1f"
"""Stands between a prompt's prefix and its body in the archived request."""


class ArchiveStore:
    """The exchanges of one run. Several threads may use it, as they may the archive."""

    def __init__(self, archive: Archive, run_id: str) -> None:
        self._archive = archive
        self._run_id = run_id

    def lookup(self, number: int, step: str) -> RecordedExchange | None:
        found = self._archive.answer(self._run_id, number, step)
        if found is None:
            return None
        request_hash, response = found
        kept = json.loads(response)
        return RecordedExchange(
            number, step, kept["model"], request_hash, from_mapping(kept["exchange"]), Amount(**kept["charged"])
        )

    def record(self, recorded: RecordedExchange, prompt: Prompt) -> None:
        response = {
            "model": recorded.model,
            "exchange": to_mapping(recorded.exchange),
            "charged": asdict(recorded.charged),
        }
        exchange = ArchivedExchange(
            recorded.number,
            recorded.step,
            recorded.request_hash,
            prompt.prefix + BETWEEN + prompt.body,
            json.dumps(response, ensure_ascii=False, sort_keys=True),
        )
        self._archive.record_exchange(self._run_id, exchange)

    def charged(self) -> Amount:
        responses = self._archive.responses(self._run_id)
        return sum((_charged(json.loads(response)) for response in responses), Amount())


def _charged(response: dict[str, Any]) -> Amount:
    return Amount(**response["charged"])
