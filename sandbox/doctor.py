"""What confines programs here: measured by a locked child that tries what it must not be able to do."""

import json
import platform
import secrets
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from sandbox.attempt import Attempt
from sandbox.canary import vanishing_folder
from sandbox.contract import EmbedRequest, Execution, Isolation
from sandbox.errors import SandboxError
from sandbox.inputs import TaskInputs
from sandbox.layers.names import LAYERS, NAMESPACES
from sandbox.levels import LEVELS, at_least, level
from sandbox.limits import Limits
from sandbox.platform import why_not_confinable
from sandbox.verdicts import Verdict
from sandbox.zygote_handle import ZygoteConfig, ZygoteHandle, ZygoteLost

PROBE = Path(__file__).with_name("probe.py")
LIMITS = Limits(wall_s=20.0, cpu_s=20.0)
SHELL_SAYS = "exec reached"
NEED_NO_NEW_PRIVS = ("landlock", "seccomp")

DESCRIPTIONS = {
    "environment": "see variables of the harness's environment",
    "descriptors": "find descriptors of the harness open",
    "death_signal": "outlive its zygote",
    "memory": "allocate twice the memory limit",
    "raise_limit": "raise its own limits",
    "open_file": "open a file",
    "list_directory": "list a directory",
    "stat_file": "ask for a file's size and dates",
    "write_file": "create a file",
    "tcp": "connect to a TCP port of this machine",
    "udp": "send a UDP packet",
    "unix_socket": "connect to a Unix socket",
    "signal": "send a signal to the harness",
    "executable_memory": "make memory executable",
    "gain_rights": "gain rights by executing a file that grants them",
    "capability": "hold a right of root",
    "host_name": "learn the name of this machine",
    "other_clock": "read how long another process has computed",
    "other_affinity": "read which cores another process may use",
    "thread": "start a thread",
    "fork": "start a process",
    "exec": "execute a program file",
}


@dataclass(frozen=True)
class Trial:
    """One thing that a child tried under all layers."""

    name: str
    description: str
    denied: bool
    outcome: str
    """The exception or signal that stopped it, or "reached"."""


@dataclass(frozen=True)
class LayerStatus:
    name: str
    active: bool
    detail: str
    """Why it is absent; empty when it is active."""
    alone: tuple[str, ...] | None = None
    """What it stops with no other layer on, as names of trials; None where that was not tried."""


@dataclass(frozen=True)
class Diagnosis:
    """What `ttc doctor` prints."""

    asked: str
    isolation: Isolation
    layers: tuple[LayerStatus, ...]
    trials: tuple[Trial, ...]

    @property
    def sufficient(self) -> bool:
        return at_least(self.isolation.level, self.asked)

    @property
    def refusal(self) -> str:
        """One sentence: what is missing for the level asked, and the setting that accepts less."""
        missing = "; ".join(f"{layer.name}: {layer.detail}" for layer in self.layers if not layer.active)
        reached = ", ".join(f"a program can {trial.description}" for trial in self.trials if not trial.denied)
        cause = " and ".join(part for part in (missing and f"missing layers are {missing}", reached) if part)
        return (
            f"This machine confines programs at level {self.isolation.level}, but {self.asked} was asked for"
            f"{f' ({cause})' if cause else ''}; set sandbox.level={self.isolation.level} to accept that, "
            "or use Linux with seccomp and Landlock (in a virtual machine, a container or WSL2)."
        )


def diagnose(asked: str = "strict", config: ZygoteConfig | None = None, *, each: bool = False) -> Diagnosis:
    """Start a zygote, examine it and end it; on another system than Linux, say so.

    With `each` every layer is tried alone as well, which takes half a second more.

    Raises SandboxError when no zygote starts, or for an unknown level.
    """
    reason = why_not_confinable()
    if reason:
        return _unconfined(asked, reason)
    zygote = ZygoteHandle(config or ZygoteConfig())
    try:
        diagnosis = examine(zygote, asked)
        return replace(diagnosis, layers=_each_alone(zygote, diagnosis.layers)) if each else diagnosis
    finally:
        zygote.close()


def _each_alone(zygote: ZygoteHandle, layers: tuple[LayerStatus, ...]) -> tuple[LayerStatus, ...]:
    """The layers with what each stops alone: beyond the clean start, and no_new_privs where it needs that."""
    outside = ZygoteHandle(replace(zygote.config, layers=tuple(name for name in LAYERS if name != NAMESPACES)))
    try:
        bare = {below: _held(outside, below) for below in ((), ("no_new_privs",))}
        found = {NAMESPACES: _held(zygote, ()) - bare[()]} if NAMESPACES in zygote.layers else {}
        for layer in (layer for layer in zygote.layers if layer != NAMESPACES):
            below = ("no_new_privs",) if layer in NEED_NO_NEW_PRIVS else ()
            found[layer] = _held(outside, (*below, layer)) - bare[below]
    finally:
        outside.close()
    return tuple(
        replace(layer, alone=tuple(sorted(found[layer.name]))) if layer.name in found else layer for layer in layers
    )


def _held(zygote: ZygoteHandle, layers: tuple[str, ...]) -> set[str]:
    """What a child under some layers was denied."""
    with _targets(zygote) as target, _inputs(target) as inputs:
        return _denied(_outcomes(_probe(zygote, inputs, layers)))


def examine(zygote: ZygoteHandle, asked: str) -> Diagnosis:
    """Try everything under all layers, and once more under all but seccomp to see what the second barrier holds.

    Takes about 20 ms. Raises SandboxError when the probe itself cannot run, or for an unknown level.
    """
    _check_level(asked)
    others = tuple(layer for layer in zygote.layers if layer != "seccomp")
    try:
        with _targets(zygote) as target, _inputs(target) as inputs:
            locked = _outcomes(_probe(zygote, inputs, zygote.layers))
            unfiltered = _outcomes(_probe(zygote, inputs, others)) if others != zygote.layers else locked
    except OSError as error:
        raise SandboxError(f"The sandbox's self-test could not be set up ({error}); see to that first.") from error
    trials = tuple(
        Trial(name, description, locked.get(name, "reached") != "reached", locked.get(name, "reached"))
        for name, description in DESCRIPTIONS.items()
    )
    reached = level(zygote.layers, _denied(locked), _denied(unfiltered))
    isolation = _isolation(reached, zygote.layers, zygote.landlock_abi)
    return Diagnosis(asked, isolation, _statuses(zygote), trials)


def _unconfined(asked: str, reason: str) -> Diagnosis:
    """The diagnosis where there is nothing to test: programs get a clean start and a watching parent."""
    _check_level(asked)
    layers = tuple(LayerStatus(name, False, reason) for name in LAYERS)
    return Diagnosis(asked, _isolation("weak", (), 0), layers, ())


def _check_level(asked: str) -> None:
    if asked not in LEVELS:
        raise SandboxError(f"{asked!r} is no isolation level; choose one of {', '.join(reversed(LEVELS))}.")


def _probe(zygote: ZygoteHandle, inputs: TaskInputs, layers: tuple[str, ...]) -> Execution:
    try:
        with Attempt(zygote, inputs, _no_encoder, LIMITS, layers) as attempt:
            execution = attempt.run(PROBE.read_text())
    except ZygoteLost as loss:
        raise SandboxError(f"The sandbox's self-test failed: {loss}") from loss
    if execution.verdict is Verdict.HARNESS_ERROR:
        raise SandboxError(f"The sandbox's self-test failed: {execution.reason}")
    return execution


def _outcomes(execution: Execution) -> dict[str, str]:
    """What the probe printed, and how its exec ended."""
    outcomes = dict(line.split(" ", 1) for line in execution.stdout.splitlines() if line.count(" ") == 1)
    return {
        "exec": execution.verdict.value if execution.verdict is Verdict.POLICY_KILL else "PermissionError"
    } | outcomes


def _denied(outcomes: dict[str, str]) -> set[str]:
    return {name for name, outcome in outcomes.items() if outcome != "reached"}


@contextmanager
def _targets(zygote: ZygoteHandle) -> Iterator[dict[str, object]]:
    """Things of the harness that a child could reach if nothing held it."""
    abstract = f"probe-{secrets.token_hex(8)}"
    with (
        vanishing_folder() as folder,
        socket.create_server(("127.0.0.1", 0)) as tcp,
        socket.socket(socket.AF_UNIX) as unix,
    ):
        unix.bind("\0" + abstract)
        unix.listen()
        file = Path(folder, "canary")
        file.write_text(f"#!/bin/sh\necho {SHELL_SAYS}\n")
        file.chmod(0o700)
        yield {
            "file": str(file),
            "folder": str(folder),
            "host": platform.node(),
            "port": tcp.getsockname()[1],
            "abstract": abstract,
            "harness": zygote.pid,
            "memory_bytes": LIMITS.memory_bytes,
            "environment": list(zygote.config.environment()),
        }


def _inputs(target: dict[str, object]) -> TaskInputs:
    one = np.ones((1, 1), np.float32)
    return TaskInputs.create(one, one, one, [json.dumps(target)], [""])


def _no_encoder(request: EmbedRequest) -> np.typing.NDArray[np.float32]:
    raise AssertionError("the probe asks for no embedding")


def _statuses(zygote: ZygoteHandle) -> tuple[LayerStatus, ...]:
    return tuple(
        LayerStatus(
            name, name in zygote.layers, "" if name in zygote.layers else zygote.absent.get(name, "switched off")
        )
        for name in LAYERS
    )


def _isolation(reached: str, layers: tuple[str, ...], landlock_abi: int) -> Isolation:
    blas = np.show_config(mode="dicts")["Build Dependencies"]["blas"]
    return Isolation(
        level=reached,
        layers=layers,
        kernel=platform.release(),
        landlock_abi=landlock_abi,
        python=platform.python_version(),
        numpy=np.__version__,
        blas=f"{blas['name']} {blas['version']}",
    )
