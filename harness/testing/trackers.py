"""What every tracker keeps."""

from collections.abc import Callable

from harness.testing.broken import require
from harness.tracking.protocol import Begun, Tracker

FIGURES = {"mean_delta": 0.01, "best_worth": 0.01, "frontier": 2.0, "delta.a-task": -0.02}
CONFIG = {"search": {"seed": 0, "floor": None}, "tasks": {"paths": ["a", "b"]}}


def check_tracker(make: Callable[[], Tracker]) -> None:
    """See that trackers take a run, a second one that goes on with it, and one without a program.

    `make` gives a new tracker each time, as each start of a run does. Raises ContractBroken where one does not.
    """
    for status, numbers in (("stopped", (1, 2)), ("finished", (3,)), ("finished", ())):
        tracker = make()
        try:
            tracker.begin(Begun("check1" if numbers else "check2", CONFIG))
            for number in numbers:
                tracker.record(number, FIGURES)
            tracker.end(status)
        except Exception as error:  # whatever it does
            require(False, f"A tracker takes a run that is {status}, but: {type(error).__name__} ({error}).")
