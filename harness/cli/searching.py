"""A discovery run from the command line: watched, stopped by Ctrl-C, and its frontier shown at the end."""

from collections.abc import Sequence

from archive import Archive
from harness.screen.live import open_run
from harness.screen.stopping import StopOnInterrupt
from harness.screen.tables import print_frontier
from harness.search.runs import Ended, continue_run, start
from harness.settings import ArchiveSettings, Settings


def run_search(settings: Settings) -> int:
    """Run a new search and show its end; the exit code is 0 where it is complete."""
    with StopOnInterrupt() as stop:
        return 0 if search(settings, stop).complete else 1


def search(settings: Settings, stop: StopOnInterrupt) -> Ended:
    """Run a new search, which the first interrupt stops after the current program, and show its end."""
    with open_run() as watcher:
        ended = start(settings, watcher=watcher, stopping=stop.asked)
    _show_end(settings.archive.path, ended)
    return ended


def resume_search(path: str, run: str, overrides: Sequence[str]) -> int:
    """Continue a recorded run and show its end; the exit code is 0 where it is complete."""
    with StopOnInterrupt() as stop, open_run() as watcher:
        ended = continue_run(path, run, overrides, watcher=watcher, stopping=stop.asked)
    _show_end(path, ended)
    return 0 if ended.complete else 1


def _show_end(path: str, ended: Ended) -> None:
    option = "" if path == ArchiveSettings().path else f" --archive {path}"
    with Archive.open(path, create=False) as archive:  # the last to leave a file open for writing tidies it
        print_frontier(archive.frontier(ended.run_id), archive.run(ended.run_id))
    if ended.complete:
        print(f"Run {ended.run_id} is complete. Next: ttc frontier {ended.run_id}{option} --png frontier.png")
    else:
        print(f"Run {ended.run_id} was stopped. Go on with: ttc resume {ended.run_id}{option}")
