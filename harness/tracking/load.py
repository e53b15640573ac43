"""A tracker by its name."""

from collections.abc import Callable
from importlib.util import find_spec

from harness.errors import UsageError
from harness.plugins import TRACKERS, choose, find, names, unknown
from harness.settings.tracking import TrackingSettings
from harness.tracking.mlflow_tracker import MlflowTracker
from harness.tracking.protocol import Tracker
from harness.tracking.trackio_tracker import TrackioTracker
from harness.tracking.wandb_tracker import WandbTracker

NONE = "none"
BUILT_IN: dict[str, Callable[..., Tracker]] = {
    "wandb": WandbTracker,
    "mlflow": MlflowTracker,
    "trackio": TrackioTracker,
}


def require_tracker(settings: TrackingSettings) -> None:
    """Raise UsageError for a name that nothing has, and for a tracker whose package is not installed."""
    kind = settings.kind
    if kind == NONE:
        return
    if kind not in BUILT_IN:
        if find(TRACKERS, kind) is None:
            raise unknown("tracker", kind, [NONE, *BUILT_IN, *names(TRACKERS)])
    elif find_spec(kind) is None:
        raise UsageError(
            f"tracking={kind} needs a package that is not installed; install it (pip install 'ttc-retrieval[{kind}]'), "
            f"or set tracking.kind={NONE}."
        )


def load_tracker(settings: TrackingSettings) -> Tracker:
    """The tracker of these settings, not told of any run yet. Raises UsageError as `require_tracker`."""
    require_tracker(settings)
    made = choose(TRACKERS, settings.kind, BUILT_IN, takes=("settings",), options=settings.options)
    tracker: Tracker = made(settings)
    return tracker
