"""Weights & Biases, online or as files for `wandb sync`."""

from collections.abc import Mapping
from typing import Any

from harness.settings.tracking import TrackingSettings
from harness.tracking.protocol import Begun


class WandbTracker:
    """One run of wandb for each run of ours."""

    def __init__(self, settings: TrackingSettings, **options: Any) -> None:
        self._settings, self._options = settings, options

    def begin(self, begun: Begun) -> None:
        import wandb

        self._run: Any = wandb.init(
            project=self._settings.project,
            id=f"ttc-{begun.run_id}",
            name=begun.run_id,
            resume="allow",
            dir=self._settings.place or None,
            config=dict(begun.config),
            **self._options,
        )

    def record(self, number: int, figures: Mapping[str, float]) -> None:
        self._run.log(dict(figures), step=number)

    def end(self, status: str) -> None:
        self._run.finish(exit_code=0 if status == "finished" else 1)
