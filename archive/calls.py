"""Calls to language models: each has a row from before it is made, so that none can be paid for and leave no trace.

A call is `in-flight` until it is answered; `failed` when the server gave no answer; `lost` when the process that asked
died first, so that nobody knows whether the provider charges it. Answered calls are the usage of the program that has
their number; `set-aside` where that program was written by somebody else, as with `ttc tell`.
"""

from dataclasses import replace

from archive.archive import Archive
from archive.records import CallRecord, UsageRecord
from archive.usage import EMBEDDING, FAILED, IN_FLIGHT, LOST, OF_PROGRAMS, select_calls, write_call


class Calls:
    """The calls of one run in an open archive. Safe to use from several threads, as the archive is."""

    def __init__(self, archive: Archive, run_id: str) -> None:
        self._archive = archive
        self._run_id = run_id

    def begin(self, call: CallRecord) -> int:
        """Keep a call that is about to be made, at the most it can cost; its position among its program's calls."""
        flying = replace(call, usage=replace(call.usage, verdict=IN_FLIGHT))
        with self._archive.writing(durably=True) as connection:
            return write_call(connection, self._run_id, flying)

    def failed(
        self, number: int, position: int, detail: str, charged_usd: float = 0.0, charged_tokens: int = 0
    ) -> None:
        """Note that a call has no whole answer, why, and what the part that was received is charged at."""
        with self._archive.writing() as connection:
            connection.execute(
                "UPDATE usage SET verdict = ?, detail = ?, charged_usd = ?, charged_tokens = ? "
                "WHERE (run_id, number, position) = (?, ?, ?)",
                (FAILED, detail, charged_usd, charged_tokens, self._run_id, number, position),
            )

    def lose(self) -> list[CallRecord]:
        """Give up the calls that a dead process left in flight, and return them. They stay charged at their most."""
        with self._archive.writing() as connection:
            found = select_calls(connection, self._run_id, f"verdict = '{IN_FLIGHT}'")
            detail = "Its process ended before the answer came."
            connection.execute(
                "UPDATE usage SET verdict = ?, detail = ? WHERE run_id = ? AND verdict = ?",
                (LOST, detail, self._run_id, IN_FLIGHT),
            )
        return found

    def embedded(self, number: int, usage: UsageRecord) -> None:
        """Note what an encoder's server read for a program; tokens are not those of language models, so none count."""
        call = CallRecord(number, replace(usage, purpose=EMBEDDING), usage.cost_usd or 0.0)
        with self._archive.writing() as connection:
            write_call(connection, self._run_id, call)

    def beside_programs(self) -> list[CallRecord]:
        """Calls that are no recorded program's usage: unanswered, set aside, of a program to come, or an encoder's."""
        recorded = "SELECT number FROM programs p WHERE p.run_id = usage.run_id"
        with self._archive.reading() as connection:
            return select_calls(connection, self._run_id, f"NOT ({OF_PROGRAMS}) OR number NOT IN ({recorded})")

    def charged(self) -> tuple[float, int]:
        """US dollars and tokens that the run's caps count, over all its calls."""
        with self._archive.reading() as connection:
            dollars, tokens = connection.execute(
                "SELECT coalesce(sum(charged_usd), 0.0), coalesce(sum(charged_tokens), 0) FROM usage WHERE run_id = ?",
                (self._run_id,),
            ).fetchone()
        return float(dollars), int(tokens)
