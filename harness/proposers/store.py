"""Calls and exchanges kept in the archive."""

import json

from archive import Archive, CallRecord, Calls, UsageRecord
from archive import Exchange as ArchivedExchange
from harness.proposers.exchange import Prompt, from_kept, to_mapping
from harness.proposers.record import RecordedExchange
from harness.proposers.spending import NOTHING, Amount

BETWEEN = "\x1f"
"""Stands between a prompt's prefix and its body in the archived request."""


class ArchiveStore:
    """The exchanges of one run. Several threads may use it, as they may the archive."""

    def __init__(self, archive: Archive, run_id: str) -> None:
        self._archive = archive
        self._run_id = run_id
        self._calls = Calls(archive, run_id)

    def lookup(self, number: int, step: str) -> RecordedExchange | None:
        found = self._archive.answer(self._run_id, number, step)
        if found is None:
            return None
        request_hash, response = found
        model, exchange = from_kept(response)
        return RecordedExchange(number, step, model, request_hash, exchange)

    def begin(self, number: int, usage: UsageRecord, most: Amount) -> int:
        return self._calls.begin(_call(number, usage, most))

    def failed(self, number: int, call: int, why: str, charged: Amount = NOTHING) -> None:
        self._calls.failed(number, call, why, charged.dollars, charged.tokens)

    def record(
        self, recorded: RecordedExchange, prompt: Prompt, *, call: int | None = None, charged: Amount = NOTHING
    ) -> None:
        response = {"model": recorded.model, "exchange": to_mapping(recorded.exchange)}
        exchange = ArchivedExchange(
            recorded.number,
            recorded.step,
            recorded.request_hash,
            prompt.prefix + BETWEEN + prompt.body,
            json.dumps(response, ensure_ascii=False, sort_keys=True),
        )
        usage = _call(recorded.number, recorded.exchange.usage, charged)
        self._archive.record_exchange(self._run_id, exchange, usage, call)

    def charged(self) -> Amount:
        return Amount(*self._calls.charged())


def _call(number: int, usage: UsageRecord, charged: Amount) -> CallRecord:
    return CallRecord(number, usage, charged.dollars, charged.tokens)
