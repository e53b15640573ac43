"""A discovery run from the command line: watched, stopped by Ctrl-C, and its frontier shown at the end."""

from collections.abc import Sequence

from harness import api
from harness.results import Run
from harness.screen.live import open_run
from harness.screen.no_frontier import why_no_frontier
from harness.screen.stopping import StopOnInterrupt
from harness.screen.tables import print_frontier
from harness.settings import ArchiveSettings, Settings


def run_search(settings: Settings) -> int:
    """Run a new search and show its end; the exit code is 0 where it is complete."""
    with StopOnInterrupt() as stop:
        return 0 if search(settings, stop) else 1


def search(settings: Settings, stop: StopOnInterrupt) -> bool:
    """Run a new search, which the first interrupt stops after the current program, and show its end."""
    with open_run() as watcher:
        run = api.discover(settings, watcher=watcher, stopping=stop.asked)
    return _show_end(run)


def resume_search(path: str, run: str, overrides: Sequence[str]) -> int:
    """Continue a recorded run and show its end; the exit code is 0 where it is complete."""
    with StopOnInterrupt() as stop, open_run() as watcher:
        ended = api.resume(run, *overrides, archive=path, watcher=watcher, stopping=stop.asked)
    return 0 if _show_end(ended) else 1


def _show_end(run: Run) -> bool:
    """Print the frontier and what comes next; True where the run is complete."""
    option = ArchiveSettings(str(run.archive)).option
    with api.open_archive(run.archive, read_only=False) as archive:  # the last to leave an open file tidies it
        row, front = archive.run(run.id), archive.frontier(run.id)
        programs = [] if front else archive.programs(run.id)
    if front:
        print_frontier(front, row)
    else:
        print(why_no_frontier(programs, row))
    complete = row.status == "finished"
    if complete:
        print(f"Run {run.id} is complete. Next: ttc frontier {run.id}{option} --png frontier.png")
    else:
        print(f"Run {run.id} was stopped. Go on with: ttc resume {run.id}{option}")
    return complete
