"""Trackio: a file of SQLite on this machine, shown by `trackio show`."""

import os
from collections.abc import Mapping
from typing import Any

from harness.settings.tracking import TrackingSettings
from harness.tracking.protocol import Begun


class TrackioTracker:
    """One run of Trackio for each run of ours."""

    def __init__(self, settings: TrackingSettings, **options: Any) -> None:
        self._settings, self._options = settings, options

    def begin(self, begun: Begun) -> None:
        if self._settings.place:
            os.environ["TRACKIO_DIR"] = self._settings.place  # read when the package is imported
        import trackio

        usual = {"embed": False, "auto_log_cpu": False, "auto_log_gpu": False}
        self._run: Any = trackio.init(
            project=self._settings.project,
            name=begun.run_id,
            resume="allow",
            config=dict(begun.config),
            **{**usual, **self._options},
        )

    def record(self, number: int, figures: Mapping[str, float]) -> None:
        self._run.log(dict(figures), step=number)

    def end(self, status: str) -> None:
        self._run.finish()
