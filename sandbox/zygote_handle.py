"""The parent's handle on one zygote process."""

import importlib.util
import json
import os
import select
import socket
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sandbox import kernels
from sandbox.errors import SandboxError
from sandbox.job import Job
from sandbox.layers.names import LAYERS, NAMESPACES
from sandbox.modules import PRIMITIVES
from sandbox.offer import MAX_BYTES as OFFER_BYTES
from sandbox.offer import Offer

START_TIMEOUT_S = 60.0


class ZygoteLost(Exception):
    """The zygote died or does not answer: a fault of the harness, never of a program."""


@dataclass(frozen=True)
class ZygoteConfig:
    """What distinguishes one zygote from another."""

    allow_primitives: bool = True
    hash_seed: int = 0
    malloc_perturb: int = 0
    """Byte with which fresh and freed memory is filled (glibc's MALLOC_PERTURB_); 0 for none."""
    layers: tuple[str, ...] = LAYERS
    """Layers to put on, as far as the machine offers them."""

    def environment(self) -> dict[str, str]:
        """The whole environment of the process."""
        # Some interpreters find their own library only through this; it holds paths, no secrets.
        loader = {name: os.environ[name] for name in ("LD_LIBRARY_PATH",) if name in os.environ}
        poison = {"MALLOC_PERTURB_": str(self.malloc_perturb)} if self.malloc_perturb else {}
        return kernels.for_programs() | loader | poison | {"PYTHONHASHSEED": str(self.hash_seed), "LC_ALL": "C.UTF-8"}

    def search_path(self) -> list[str]:
        """Folders of the modules to load beside the standard library, which -S leaves out."""
        folders = [_folder_of("sandbox"), _folder_of("numpy")]
        if self.allow_primitives:
            folders.append(_folder_of(PRIMITIVES))
        return list(dict.fromkeys(folders))


def _folder_of(package: str) -> str:
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise SandboxError(f"The package {package!r}, which programs may import, is not installed; install it.")
    return str(Path(spec.submodule_search_locations[0]).parent)


class ZygoteHandle:
    """A running zygote. Serves one run at a time; close it to end its process."""

    def __init__(self, config: ZygoteConfig) -> None:
        """Start the process and wait until it is ready. Raises SandboxError when it does not come up."""
        self.config = config
        try:
            self.control, self._process = _start(config)
        except OSError as error:
            raise SandboxError(f"The process that runs programs could not be started ({error}).") from error
        try:
            self._offer = self._await_offer()
        except BaseException:
            self.close()
            raise

    def _await_offer(self) -> Offer:
        readable, _, _ = select.select([self.control], [], [], START_TIMEOUT_S)
        message = self.control.recv(OFFER_BYTES) if readable else b""
        if message:
            return Offer.parse(message)
        self._process.kill()
        _, errors = self._process.communicate()
        lines = errors.decode(errors="replace").strip().splitlines() or ["it gave no reason"]
        raise SandboxError(f"The process that runs programs did not start ({lines[-1]}).")

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def landlock_abi(self) -> int:
        """0 where Landlock is absent."""
        return self._offer.landlock_abi

    @property
    def absent(self) -> dict[str, str]:
        """Layers that this machine does not offer, each with the reason."""
        return self._offer.absent

    @property
    def layers(self) -> tuple[str, ...]:
        """Layers that confine the children: those asked for and offered."""
        return tuple(layer for layer in self.config.layers if layer not in self._offer.absent)

    def submit(self, job: Job, descriptors: Sequence[int]) -> None:
        """Have a child forked for a job. Raises ZygoteLost."""
        try:
            socket.send_fds(self.control, [job.pack()], descriptors)
        except OSError as error:
            raise ZygoteLost(f"The process that runs programs is gone ({error}).") from error

    def kill(self) -> None:
        """Kill the process at once, from any thread; its child dies with it. Close the handle afterwards."""
        self._process.kill()

    def close(self) -> None:
        """End the process; a child that still runs is killed with it."""
        self.control.close()
        try:
            self._process.wait(timeout=2)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stderr:
            self._process.stderr.close()


def _start(config: ZygoteConfig) -> "tuple[socket.socket, subprocess.Popen[bytes]]":
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    try:
        process = subprocess.Popen(
            _command(config, theirs.fileno()),
            env=config.environment(),
            cwd="/",
            pass_fds=[theirs.fileno()],
            start_new_session=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
    except BaseException:
        ours.close()
        raise
    finally:
        theirs.close()
    return ours, process


def _command(config: ZygoteConfig, control: int) -> list[str]:
    settings = json.dumps(
        {
            "control": control,
            "allow_primitives": config.allow_primitives,
            "namespaces": NAMESPACES in config.layers,
        }
    )
    start = f"import sys; sys.path[:0] = {config.search_path()!r}; from sandbox.zygote import main; main()"
    # Compiled modules are kept where this process keeps its own: all are loaded before a program is there.
    kept = ["-B"] if sys.dont_write_bytecode else []
    # Not -I: it would ignore PYTHONHASHSEED.
    return [sys.executable, "-P", "-s", "-S", *kept, "-c", start, settings]
