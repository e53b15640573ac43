"""Runs as their archives have them by now: what a served page shows, and what is new to it."""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from archive import Archive, Calls, Program, axis_of, priced
from harness.report.comparing import compare
from harness.report.curves import Entry
from harness.report.data import program_data, whole_run
from harness.report.page import render_page
from harness.report.write import transfer_with_scales

POLL_MS = 2000


@dataclass(frozen=True)
class Known:
    """What a page knows of a run: its programs up to this number, and its status."""

    after: int
    status: str


class LiveRun:
    """A run as the archive has it by now: the one named, or whichever is the `latest`.

    Programs do not change once recorded, so each is read once.
    """

    def __init__(self, archive: Archive, run: str) -> None:
        self.archive, self._asked = archive, run
        self.id = ""
        self.programs: list[Program] = []
        self.shown: list[dict[str, Any]] = []

    def read(self) -> dict[str, Any]:
        """The run by now, without its programs, which `shown` has."""
        run_id = self.archive.resolve_run(self._asked)
        if run_id != self.id:
            self.id, self.programs, self.shown = run_id, [], []
        run = self.archive.run(self.id)
        last = self.programs[-1].number if self.programs else 0
        fresh = self.archive.programs(self.id, after=last)
        self.programs += fresh
        self.shown += program_data(fresh, run.record)
        return whole_run(self.archive, run, self.programs)


class LivePage:
    """A page of runs that may go on: the first is followed, the others stand beside it. Several threads may ask."""

    def __init__(self, runs: Sequence[LiveRun]) -> None:
        self._runs = runs
        self._lock = threading.Lock()

    def page(self) -> str:
        """The page as of now."""
        with self._lock:
            read = self._read()
            archives = {id(run.archive): run.archive for run, _ in read}
            data = {
                "runs": [{**told, "programs": run.shown} for run, told in read],
                "transfer": [one for archive in archives.values() for one in transfer_with_scales(archive)],
                "comparison": _comparison([run for run, _ in read]),
            }
            ids = ", ".join(run.id for run, _ in read)
            return render_page(data, f"{'Run' if len(read) == 1 else 'Runs'} {ids}", poll_ms=POLL_MS)

    def news(self, known: Mapping[str, Known]) -> dict[str, Any] | None:
        """What a page does not know that knows so much of these runs, by their ids; None where that is nothing.

        A page that shows other runs is told which one it has `moved` to.
        """
        with self._lock:
            read = self._read()
            if {run.id for run, _ in read} != known.keys():
                return {"moved": read[0][0].id}
            changed = []
            for run, told in read:
                page = known[run.id]
                fresh = [program for program in run.shown if program["number"] > page.after]
                if fresh or told["status"] != page.status:
                    changed.append({"run": told, "programs": fresh})
            return {"runs": changed, "comparison": _comparison([run for run, _ in read])} if changed else None

    def _read(self) -> list[tuple[LiveRun, dict[str, Any]]]:
        """Each run once, with what is told of it."""
        read = {run.id: (run, told) for run in reversed(self._runs) for told in (run.read(),)}
        return list(reversed(read.values()))


def _comparison(runs: Sequence[LiveRun]) -> dict[str, Any] | None:
    """The runs beside each other, on the axis of the first; None for one alone."""
    if len(runs) < 2:
        return None
    axis = axis_of(runs[0].archive.run(runs[0].id).record)
    entries = []
    for one in runs:
        run, calls = one.archive.run(one.id), Calls(one.archive, one.id).beside_programs()
        entries.append(Entry(run, priced(one.programs, run.record, axis), calls))
    return compare(entries)
