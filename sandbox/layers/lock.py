"""Which layers this machine offers, and how a child puts them on."""

import os
import signal
from collections.abc import Callable, Sequence

from sandbox.layers import capabilities, landlock, rlimits, seccomp
from sandbox.layers.kernel import PR_SET_DUMPABLE, PR_SET_NO_NEW_PRIVS, PR_SET_PDEATHSIG, prctl
from sandbox.layers.names import CHILD_LAYERS


class LayerFailed(Exception):
    """A layer that this machine was said to offer could not be put on."""


def absent() -> dict[str, str]:
    """Layers that this machine does not offer, with the reason; found without changing anything."""
    reasons = {"uid": capabilities.why_no_change_of_user(), "seccomp": seccomp.why_absent()}
    try:
        landlock.abi()
    except OSError as error:
        reasons["landlock"] = str(error.strerror)
    return {name: reason for name, reason in reasons.items() if reason}


def lock(layers: Sequence[str], cpu_s: float, memory_bytes: int, zygote: int) -> None:
    """Put layers on this process, for good. Raises LayerFailed: a child that is not locked runs nothing."""
    steps: dict[str, Callable[[], object]] = {
        "rlimits": lambda: rlimits.apply(cpu_s, memory_bytes),
        "uid": capabilities.change_user,
        "capabilities": capabilities.drop,
        "no_new_privs": _no_new_privileges,
        "landlock": landlock.apply,
        "seccomp": seccomp.apply,
    }
    if "capabilities" in layers:
        _put_on("capabilities", capabilities.empty_bounding_set)
    for name in CHILD_LAYERS:
        if name == "no_new_privs":
            # A change of user has cleared the death signal, and nothing may be undone between it and the filter.
            die_with(zygote)
        if name in layers:
            _put_on(name, steps[name])


def die_with(zygote: int) -> None:
    """Ask the kernel to kill this child when the zygote dies; if that has happened already, end."""
    prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != zygote:
        os._exit(1)


def _no_new_privileges() -> None:
    prctl(PR_SET_NO_NEW_PRIVS, 1)
    # No other process of the same user may attach to this one or read its memory.
    prctl(PR_SET_DUMPABLE, 0)


def _put_on(name: str, step: Callable[[], object]) -> None:
    try:
        step()
    except (OSError, ValueError) as error:
        raise LayerFailed(f"the layer {name} could not be put on: {error}") from error
