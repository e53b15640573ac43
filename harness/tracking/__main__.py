"""The process that a tracker runs in: lines of JSON come in, and the exit code says whether all of them were told."""

import json
import sys
from collections.abc import Iterable
from typing import Any

from harness.settings.tracking import TrackingSettings
from harness.tracking.load import load_tracker
from harness.tracking.protocol import Begun


def main(lines: Iterable[str]) -> int:
    """Tell a tracker what the lines say; 1 where it fails, with its reason as the last line of standard error."""
    told = map(json.loads, lines)
    try:
        first = next(told)
        tracker = load_tracker(TrackingSettings(**first["settings"]))
        tracker.begin(Begun(**first["begun"]))
        status = "stopped"  # where the run is killed, nobody says so
        for line in told:
            status = _tell(tracker, line, status)
        tracker.end(status)
    except Exception as error:  # whatever a library of somebody else's does
        print(f"{type(error).__name__}: {' '.join(str(error).split())}", file=sys.stderr)
        return 1
    return 0


def _tell(tracker: Any, line: dict[str, Any], status: str) -> str:
    if "number" in line:
        tracker.record(line["number"], line["figures"])
    return str(line.get("status", status))


if __name__ == "__main__":
    sys.exit(main(sys.stdin))
