"""Exchanges with language models: kept before their answers are read, so that no answer is paid for twice.

The prompts of a run repeat each other, so a request is stored as its difference from the one before it (`deltas`).
Every CHAIN-th is stored whole, which bounds how many must be decoded to read one.
"""

import sqlite3
import zlib
from collections.abc import Iterator

from archive.deltas import decode, encode
from archive.inflate import inflate
from archive.naming import require_run
from archive.records import Exchange
from archive.rows import insert, now, storable

CHAIN = 64


class Exchanges:
    """The exchanges in one archive. Holds the last request in memory, since the next one resembles it."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._last = ("", 0, "")  # run, position, request

    def record(self, run_id: str, exchange: Exchange) -> bool:
        """Keep an exchange, within the caller's transaction; False for one that is kept already."""
        require_run(self._connection, run_id)
        known = self.answer(run_id, exchange.number, exchange.step)
        if known == (exchange.request_hash, storable(exchange.response)):
            return False
        (last,) = self._connection.execute(
            "SELECT coalesce(max(position), -1) FROM exchanges WHERE run_id = ?", (run_id,)
        ).fetchone()
        request = storable(exchange.request)
        row = {
            "run_id": run_id,
            "position": last + 1,
            "number": exchange.number,
            "step": exchange.step,
            "created": now(),
            "request_hash": exchange.request_hash,
            "request": encode(request, self._base(run_id, last + 1)),
            "response": zlib.compress(storable(exchange.response).encode(), 9),
        }
        insert(self._connection, "exchanges", [row])
        self._last = (run_id, last + 1, request)
        return True

    def forget(self) -> None:
        """Forget the last request, as its transaction was undone."""
        self._last = ("", 0, "")

    def all(self, run_id: str) -> Iterator[Exchange]:
        """A run's exchanges, in the order recorded."""
        require_run(self._connection, run_id)
        return self._from(run_id, 0)

    def count(self, run_id: str) -> int:
        """Number of a run's exchanges."""
        (count,) = self._connection.execute("SELECT count(*) FROM exchanges WHERE run_id = ?", (run_id,)).fetchone()
        return int(count)

    def answer(self, run_id: str, number: int, step: str) -> tuple[str, str] | None:
        """Request hash and response of the newest exchange of a step; None where there is none."""
        row = self._connection.execute(
            "SELECT request_hash, response FROM exchanges WHERE run_id = ? AND number = ? AND step = ? "
            "ORDER BY position DESC LIMIT 1",
            (run_id, number, step),
        ).fetchone()
        return None if row is None else (row[0], _text(row[1]))

    def _base(self, run_id: str, position: int) -> str:
        """The request that the one at this position is stored against."""
        if position % CHAIN == 0:
            return ""
        known_run, known_position, request = self._last
        if (known_run, known_position) == (run_id, position - 1):
            return request
        for exchange in self._from(run_id, (position - 1) // CHAIN * CHAIN):
            request = exchange.request
        return request

    def _from(self, run_id: str, position: int) -> Iterator[Exchange]:
        """The exchanges from a position, whose request is stored whole, to the last."""
        request = ""
        for at, number, step, request_hash, encoded, response in self._connection.execute(
            "SELECT position, number, step, request_hash, request, response FROM exchanges "
            "WHERE run_id = ? AND position >= ? ORDER BY position",
            (run_id, position),
        ):
            request = decode(encoded, "" if at % CHAIN == 0 else request)
            yield Exchange(number, step, request_hash, request, _text(response))


def _text(blob: bytes) -> str:
    return inflate(blob).decode(errors="replace")
