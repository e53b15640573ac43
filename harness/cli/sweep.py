"""One discovery run after another over a grid of settings, in Hydra's notation and without its folders."""

from collections.abc import Sequence

from archive import ArchiveError
from harness.cli.searching import search
from harness.errors import HarnessError
from harness.screen.stopping import StopOnInterrupt
from harness.settings import Settings, as_yaml, compose_each
from harness.settings.words import Sources
from harness.text import counted
from sandbox import SandboxError


def sweep(overrides: Sequence[str], sources: Sources) -> bool:
    """Run every point of `key=a,b other=c,d` and print a line at each one's end; False when one did not finish.

    A job that fails leaves the others alone; an interrupt ends the sweep with the job. Raises UsageError before the
    first job where a setting of any is wrong.
    """
    jobs = compose_each(overrides, sources)
    complete = True
    with StopOnInterrupt() as stop:
        for number, (varied, settings) in enumerate(jobs, start=1):
            if stop.asked():
                print(f"Not begun: {len(jobs) - number + 1} of {counted(len(jobs), 'job')}.", flush=True)
                return False
            end = _run(settings, stop)
            complete = complete and end == _COMPLETE
            print(f"Job {number} of {len(jobs)} ({varied or 'as configured'}): {end}", flush=True)
    return complete


def show_each(overrides: Sequence[str], sources: Sources) -> None:
    """Print the settings of every job."""
    for varied, settings in compose_each(overrides, sources):
        print(f"# {varied}\n{as_yaml(settings)}", end="")


_COMPLETE = "complete."


def _run(settings: Settings, stop: StopOnInterrupt) -> str:
    """How one job ended."""
    try:
        return _COMPLETE if search(settings, stop) else "stopped."
    except (HarnessError, ArchiveError, SandboxError, OSError) as error:
        return f"failed. {error}"
