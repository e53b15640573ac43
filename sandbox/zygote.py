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
from dataclasses import asdict
from pathlib import Path

from sandbox import child
from sandbox.death import ExitReport
from sandbox.job import MAX_BYTES, N_DESCRIPTORS, STARTED, Job
from sandbox.layers import landlock, namespaces
from sandbox.layers.kernel import PR_SET_CHILD_SUBREAPER, prctl
from sandbox.layers.lock import absent, die_with
from sandbox.layers.names import NAMESPACES
from sandbox.offer import Offer
from sandbox.preload import preload

CONTROL = 3
MAX_DESCRIPTORS = 64
"""Low, so that a child can close everything in one short sweep."""


class Zygote:
    """Serves jobs from the control socket until its other end closes or the parent process ends."""

    def __init__(self, control: socket.socket) -> None:
        self._control = control
        self._pid = os.getpid()
        self._parent = os.pidfd_open(os.getppid())
        # Opened before the file system is left behind; reading from its start lists anew.
        self._children = os.open(f"/proc/self/task/{self._pid}/children", os.O_RDONLY)

    def serve(self) -> None:
        while self._next_event(self._control.fileno()):
            message, descriptors, _, _ = socket.recv_fds(self._control, MAX_BYTES, N_DESCRIPTORS)
            if not message:
                return
            self._serve_job(Job.parse(message), descriptors)

    def _serve_job(self, job: Job, descriptors: list[int]) -> None:
        pid = os.fork()
        if pid == 0:
            die_with(self._pid)
            child.live(job, descriptors, self._pid)
        for descriptor in descriptors:
            os.close(descriptor)
        pidfd = os.pidfd_open(pid)
        socket.send_fds(self._control, [STARTED], [pidfd])
        # Nothing is sent here during a run: news on the control socket means that it was closed.
        if not self._next_event(pidfd, self._control.fileno()):
            signal.pidfd_send_signal(pidfd, signal.SIGKILL)
        os.close(pidfd)
        report = _reap(pid)
        self._reap_stragglers()
        self._control.send(json.dumps(asdict(report)).encode())

    def _next_event(self, awaited: int, *ends: int) -> bool:
        """Wait for news of a descriptor; False when the parent is gone, or an end has news, first."""
        poller = select.poll()
        for descriptor in (awaited, *ends, self._parent):
            poller.register(descriptor, select.POLLIN)
        return awaited in (descriptor for descriptor, _ in poller.poll())

    def _reap_stragglers(self) -> None:
        """Kill and reap descendants that a child left to this subreaper, until none is left."""
        while True:
            try:
                pid, _ = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                for straggler in os.pread(self._children, 1 << 16, 0).split():
                    os.kill(int(straggler), signal.SIGKILL)


def _reap(pid: int) -> ExitReport:
    _, status, usage = os.wait4(pid, 0)
    code = os.waitstatus_to_exitcode(status)
    return ExitReport(
        signal=max(-code, 0),
        code=max(code, 0),
        cpu_s=usage.ru_utime + usage.ru_stime,
        peak_rss_bytes=usage.ru_maxrss * 1024,
    )


def _enter_namespaces(wanted: bool) -> dict[str, str]:
    """Enter an empty world if wanted; the reason why not, under the layer's name, when that fails."""
    if not wanted:
        return {NAMESPACES: "not asked for"}
    try:
        namespaces.enter()
    except OSError as error:
        return {NAMESPACES: str(error)}
    return {}


def main() -> None:
    """Entry point of the zygote process; its one argument is a JSON object."""
    config = json.loads(sys.argv[1])
    os.dup2(config["control"], CONTROL)
    control = socket.socket(fileno=CONTROL)
    if config["control"] != CONTROL:
        os.close(config["control"])
    prctl(PR_SET_CHILD_SUBREAPER, 1)
    resource.setrlimit(resource.RLIMIT_NOFILE, (MAX_DESCRIPTORS, MAX_DESCRIPTORS))
    preload(config["allow_primitives"])
    if len(list(Path("/proc/self/task").iterdir())) > 1:
        raise RuntimeError("a library started threads, which no child would have")
    zygote = Zygote(control)
    missing = absent() | _enter_namespaces(config["namespaces"])
    offer = Offer(missing, 0 if "landlock" in missing else landlock.abi())
    sys.stdout = open(1, "w", buffering=1, encoding="utf-8", closefd=False)  # noqa: SIM115
    # What is not loaded now does not exist for a program.
    sys.path.clear()
    sys.path_importer_cache.clear()
    gc.collect()
    gc.freeze()
    control.send(offer.pack())
    zygote.serve()
