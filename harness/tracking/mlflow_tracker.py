"""MLflow: a server, or a folder on this machine."""

import os
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from harness.settings.tracking import TrackingSettings
from harness.tracking.protocol import Begun

OURS = "ttc.run"
"""The tag that holds our run's id, by which a run that goes on is found again."""
LONGEST_PARAMETER = 500
ENDED = {"finished": "FINISHED", "stopped": "KILLED"}


class MlflowTracker:
    """One run of MLflow for each run of ours; `tags` are given to it."""

    def __init__(self, settings: TrackingSettings, **tags: Any) -> None:
        self._settings, self._tags = settings, tags

    def begin(self, begun: Begun) -> None:
        place = self._settings.place
        if place and "://" not in place:
            os.environ.setdefault("MLFLOW_ALLOW_FILE_STORE", "true")  # it refuses folders otherwise
            place = Path(place).expanduser().resolve().as_uri()
        from mlflow.tracking import MlflowClient

        self._client = MlflowClient(tracking_uri=place or None)
        name = self._settings.project
        known = self._client.get_experiment_by_name(name)
        experiment = known.experiment_id if known else self._client.create_experiment(name)
        same = self._client.search_runs([experiment], f"tags.`{OURS}` = '{begun.run_id}'")
        if same:
            self._run = same[0].info.run_id
            self._client.update_run(self._run, status="RUNNING")
            return
        tags = {OURS: begun.run_id, **{name: str(value) for name, value in self._tags.items()}}
        self._run = self._client.create_run(experiment, run_name=begun.run_id, tags=tags).info.run_id
        for name, value in flat(begun.config):
            self._client.log_param(self._run, name, str(value)[:LONGEST_PARAMETER])

    def record(self, number: int, figures: Mapping[str, float]) -> None:
        for name, value in figures.items():
            self._client.log_metric(self._run, name, value, timestamp=int(time.time() * 1000), step=number)

    def end(self, status: str) -> None:
        self._client.set_terminated(self._run, ENDED.get(status, "FAILED"))


def flat(values: Mapping[str, Any], head: str = "") -> Iterator[tuple[str, Any]]:
    """Nested settings as `group.name` and value."""
    for name, value in values.items():
        if isinstance(value, Mapping) and value:
            yield from flat(value, f"{head}{name}.")
        else:
            yield f"{head}{name}", value
