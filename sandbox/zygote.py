"""The process that waits with everything loaded: it forks one child per run, reaps it and reports.

Started clean by `zygote_handle`: an environment built from nothing, no inherited descriptor but the control socket,
its own session. It never runs a program itself. It ends when its parent does, and takes its child along.
"""

import gc
import json
import os
import resource
import select
import signal
import socket
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from sandbox import child
from sandbox.death import ExitReport
from sandbox.job import MAX_BYTES, N_DESCRIPTORS, Job
from sandbox.layers import rlimits
from sandbox.layers.kernel import PR_SET_CHILD_SUBREAPER, PR_SET_PDEATHSIG, prctl
from sandbox.preload import preload

CONTROL = 3
MAX_DESCRIPTORS = 64
"""Low, so that a child can close everything in one short sweep."""


class Zygote:
    """Serves jobs from the control socket until its other end closes."""

    def __init__(self, control: socket.socket, lock: Callable[[Job], None]) -> None:
        self._control = control
        self._lock = lock
        self._parent = os.pidfd_open(os.getppid())

    def serve(self) -> None:
        while self._next_event(self._control.fileno()):
            message, descriptors, _, _ = socket.recv_fds(self._control, MAX_BYTES, N_DESCRIPTORS)
            if not message:
                return
            self._serve_job(Job.parse(message), descriptors)

    def _serve_job(self, job: Job, descriptors: list[int]) -> None:
        zygote = os.getpid()
        pid = os.fork()
        if pid == 0:
            _die_with(zygote)
            child.live(job, descriptors, self._lock)
        for descriptor in descriptors:
            os.close(descriptor)
        pidfd = os.pidfd_open(pid)
        socket.send_fds(self._control, [b"started"], [pidfd])
        # Nothing is sent here during a run: news on the control socket means that it was closed.
        if not self._next_event(pidfd, self._control.fileno()):
            signal.pidfd_send_signal(pidfd, signal.SIGKILL)
        os.close(pidfd)
        report = _reap(pid)
        _reap_stragglers()
        self._control.send(json.dumps(asdict(report)).encode())

    def _next_event(self, awaited: int, *ends: int) -> bool:
        """Wait for news of a descriptor; False when the parent is gone, or an end has news, first."""
        poller = select.poll()
        for descriptor in (awaited, *ends, self._parent):
            poller.register(descriptor, select.POLLIN)
        return awaited in (descriptor for descriptor, _ in poller.poll())


def _die_with(zygote: int) -> None:
    """Ask the kernel to kill this child when the zygote dies; if that has happened already, end."""
    prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != zygote:
        os._exit(1)


def _reap(pid: int) -> ExitReport:
    _, status, usage = os.wait4(pid, 0)
    code = os.waitstatus_to_exitcode(status)
    return ExitReport(
        signal=max(-code, 0),
        code=max(code, 0),
        cpu_s=usage.ru_utime + usage.ru_stime,
        peak_rss_bytes=usage.ru_maxrss * 1024,
    )


def _reap_stragglers() -> None:
    """Kill and reap descendants that a child left to this subreaper, until none is left."""
    while True:
        try:
            pid, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            for straggler in _children():
                os.kill(straggler, signal.SIGKILL)


def _children() -> list[int]:
    return [int(pid) for pid in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()]


def main() -> None:
    """Entry point of the zygote process; its one argument is a JSON object."""
    config = json.loads(sys.argv[1])
    os.dup2(config["control"], CONTROL)
    control = socket.socket(fileno=CONTROL)
    os.close(config["control"])
    prctl(PR_SET_CHILD_SUBREAPER, 1)
    resource.setrlimit(resource.RLIMIT_NOFILE, (MAX_DESCRIPTORS, MAX_DESCRIPTORS))
    preload(config["allow_primitives"])
    sys.stdout = open(1, "w", buffering=1, encoding="utf-8", closefd=False)  # noqa: SIM115
    # What is not loaded now does not exist for a program.
    sys.path.clear()
    sys.path_importer_cache.clear()
    gc.collect()
    gc.freeze()
    control.send(b"ready")
    Zygote(control, rlimits.apply).serve()
