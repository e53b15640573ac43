"""Who else is told of recorded programs."""

from dataclasses import dataclass, field
from typing import Any


@dataclass
class TrackingSettings:
    """The config group `tracking`. What a tracker has is a copy; nothing is ever read back from it."""

    kind: str = "none"
    """none, wandb, mlflow, trackio, or one that another package brings."""
    project: str = "ttc"
    """What runs are gathered under there: a project, or mlflow's experiment."""
    place: str = ""
    """A folder, or for mlflow the address of its server; empty is the tracker's own default."""
    options: dict[str, Any] = field(default_factory=dict)
    """Handed to the tracker as they are: to `wandb.init`, to `trackio.init`, as tags to mlflow. Keys belong in its own
    environment variables."""
