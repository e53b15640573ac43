"""To a Ray cluster and away from it: one that runs already, or one of this machine alone."""

import logging
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from harness.errors import JobError, UsageError
from harness.evaluation.cluster.address import meant, require_answer
from harness.evaluation.cluster.folder import own_folder
from harness.machine.cores import available_cores
from harness.settings import ExecutorSettings
from harness.text import plain

_log = logging.getLogger(__name__)

LOOPBACK = "127.0.0.1"
_VERSIONS = re.compile(r"Ray: (\S+)\s+Python: (\S+)")
_QUIET = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",  # what has no GPU of its own sees what this process sees
}
_LONELY = _QUIET | {
    # Ray puts an address that others can reach in place of loopback, unless it is told that it has no cluster.
    "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",
    "RAY_worker_niceness": "0",  # by default 15, so that programs would wait for everything else on this machine
}


@contextmanager
def connected(settings: ExecutorSettings) -> Iterator[None]:
    """Be connected to the cluster that the settings name; one that was started here ends with it.

    A connection that this process has already is used as it is. Raises UsageError where Ray is not installed, JobError
    where no cluster answers.
    """
    with _set(_LONELY if _is_here(meant(settings.address)) else _QUIET):
        ray = _ray()
    if ray.is_initialized():
        yield
        return
    with ExitStack() as stack:
        folder = stack.enter_context(own_folder()) if settings.address == "local" else None
        stack.callback(ray.shutdown)
        with _set(_LONELY if _is_here(meant(settings.address)) else _QUIET):
            try:
                _connect(settings, folder)
            except (OSError, RuntimeError, ValueError) as error:
                raise JobError(_why_not(settings.address, error)) from error
        stack.enter_context(_silent())
        try:
            _require_loopback(settings)
            yield
        except ray.exceptions.RayError as error:  # what nobody below had a sentence for
            said = (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")
            where = "end with this run; start one with `ray start --head` to keep them" if folder else "are in /tmp/ray"
            raise JobError(f"The Ray cluster failed ({plain(said, 300)}); its logs {where}.") from error


@contextmanager
def _silent() -> Iterator[None]:
    """Log what Ray prints of dead processes: it writes to standard output, where results stand, and has no switch."""
    from ray._private import worker

    printing = worker.print_to_stdstream
    worker.print_to_stdstream = lambda data, ignore_prefix=False: _log.info("%s", " ".join(data["lines"])[:300])
    try:
        yield
    finally:
        worker.print_to_stdstream = printing


def _connect(settings: ExecutorSettings, folder: Path | None) -> None:
    import ray

    require_answer(meant(settings.address))
    quiet: dict[str, Any] = {"log_to_driver": False, "logging_level": logging.ERROR}
    if settings.address != "local":
        ray.init(address=settings.address, **quiet)
        return
    if settings.dashboard:
        quiet["dashboard_host"] = LOOPBACK
    cores = settings.workers or available_cores()
    context = ray.init(
        address="local",
        num_cpus=cores,
        include_dashboard=settings.dashboard,
        _node_ip_address=LOOPBACK,
        _temp_dir=str(folder),
        **quiet,
    )
    _log.info("a Ray cluster of this machine with %d cores%s", cores, context.dashboard_url or "")


def _why_not(address: str, error: Exception) -> str:
    """Why there is no connection to a cluster, in one sentence."""
    where = f"executor.address={address}" if meant(address) == address else f"RAY_ADDRESS={meant(address)}"
    versions = _VERSIONS.findall(str(error)) if str(error).startswith("Version mismatch") else []
    if len(versions) == 2:
        (ray, python), (own_ray, own_python) = versions
        return (
            f"The Ray cluster at {where} has Ray {ray} and Python {python}, and this process has Ray {own_ray} and "
            f"Python {own_python}; install the same versions on all machines."
        )
    said = (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")
    if isinstance(error, TimeoutError):
        said = "nothing answers there"
    elif meant(address) == "auto":
        said = "none runs on this machine, and RAY_ADDRESS is not set"
    return (
        f"There is no Ray cluster at {where} ({said}); start one with `ray start --head`, or set "
        "executor.address=local."
    )


def _require_loopback(settings: ExecutorSettings) -> None:
    """Where Ray was imported before it could be told, it opens ports to everybody."""
    import ray

    if settings.address != "local":
        return
    others = {node["NodeManagerAddress"] for node in ray.nodes()} - {LOOPBACK}
    if others:
        raise JobError(
            f"Ray listens on {', '.join(sorted(others))} and not on this machine alone, as it was imported too early; "
            "set RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER=0 before Python starts, or start a cluster and set "
            "executor.address=auto."
        )


def _is_here(address: str) -> bool:
    """Whether a cluster is of this machine alone: of such a one Ray has no other address than loopback."""
    return address == "local" or address.startswith((f"{LOOPBACK}:", "localhost:"))


def _ray() -> Any:
    try:
        import ray
    except ImportError as error:
        raise UsageError(
            "executor=ray needs Ray, which is not installed; install it with: pip install 'ttc-retrieval[ray]'."
        ) from error
    return ray


@contextmanager
def _set(variables: Mapping[str, str]) -> Iterator[None]:
    """Set variables of the environment that are not set, for as long as it takes."""
    new = {name: value for name, value in variables.items() if name not in os.environ}
    os.environ.update(new)
    try:
        yield
    finally:
        for name in new:
            os.environ.pop(name, None)
