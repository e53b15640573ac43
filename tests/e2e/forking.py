"""Runs of `ttc`, each a process of its own, forked from one that has imported the program: an import takes a second.

Run as a program, this answers whoever connects to the socket that it is given. A request comes with three descriptors,
which become the standard ones of a process that runs `ttc`, and is answered with its exit code; a process whose
connection ends is killed.
"""

import gc
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
READ_AT_IMPORT = ("OPENBLAS_", "OMP_", "MKL_", "NPY_", "PYTHON", "HF_")
"""Variables that Python and libraries read when they start: a run that changes one is started whole."""
LOADED = (
    *("harness.api", "harness.cli.searching", "harness.cli.matrices", "harness.report.write", "harness.screen.tables"),
    *("hydra.utils", "rich.console", "rich.syntax", "scipy.special", "sqlite_utils", "typer._adapters"),
)
"""What is imported once: what most runs import, sooner or later. Nothing in it starts a thread."""
CLIENT = """#!{python} -IS
import os, sys
read = {{name: value for name, value in os.environ.items() if name.startswith({prefixes!r})}}
if read != {variables!r}:
    os.execv({program!r}, [{program!r}, *sys.argv[1:]])
import json, socket
with socket.socket(socket.AF_UNIX) as connection:
    connection.connect({path!r})
    request = json.dumps([sys.argv[1:], os.getcwd(), dict(os.environ)]).encode()
    socket.send_fds(connection, [len(request).to_bytes(4, "big")], [0, 1, 2])
    connection.sendall(request)
    code = connection.recv(4)
sys.exit(int.from_bytes(code, "big", signed=True) if code else "The process that forks has ended.")
"""
"""The program `ttc` of `Forker.install`; it takes 20 ms."""


class Forker:
    """The process that forks, started with an environment; `more` names modules that it imports, too."""

    def __init__(self, variables: Mapping[str, str], more: Sequence[str] = ()) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="forker-")
        self._path = str(Path(self._folder.name, "socket"))
        self._variables = _at_import(variables)
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(self._path)
            listener.listen()
            self._process = subprocess.Popen(
                [sys.executable, __file__, str(listener.fileno()), *more],
                cwd=ROOT,
                env=dict(variables),
                pass_fds=[listener.fileno()],
                stdin=subprocess.DEVNULL,
            )

    def can_run(self, variables: Mapping[str, str]) -> bool:
        """Whether a process with this environment may be forked."""
        return _at_import(variables) == self._variables

    def run(
        self, arguments: tuple[str, ...], cwd: Path, variables: Mapping[str, str], timeout: float
    ) -> "subprocess.CompletedProcess[str]":
        """Run `ttc` to its end, as `subprocess.run` does with `text=True` and `capture_output=True`."""
        with (
            tempfile.TemporaryFile("w+") as out,
            tempfile.TemporaryFile("w+") as err,
            Path(os.devnull).open() as nothing,
            socket.socket(socket.AF_UNIX) as connection,
        ):
            connection.settimeout(timeout)
            connection.connect(self._path)
            request = json.dumps([arguments, str(cwd), dict(variables)]).encode()
            standard = [file.fileno() for file in (nothing, out, err)]
            socket.send_fds(connection, [len(request).to_bytes(4, "big")], standard)
            connection.sendall(request)
            code = connection.recv(4)
            assert code, "the process that forks has ended"
            for file in (out, err):
                file.seek(0)
            return subprocess.CompletedProcess(
                arguments, int.from_bytes(code, "big", signed=True), out.read(), err.read()
            )

    def install(self, folder: Path) -> None:
        """Write a program `ttc` that runs here, or whole where its environment asks for that."""
        program = folder / "ttc"
        whole = str(Path(sys.executable).with_name("ttc"))
        told = {"python": sys.executable, "prefixes": READ_AT_IMPORT, "variables": self._variables}
        program.write_text(CLIENT.format(**told, program=whole, path=self._path))
        program.chmod(0o755)

    def close(self) -> None:
        """End it."""
        self._process.terminate()
        self._process.wait()
        self._folder.cleanup()


def _at_import(variables: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in variables.items() if name.startswith(READ_AT_IMPORT)}


class Request(NamedTuple):
    """What a process is to become."""

    arguments: Sequence[str]
    folder: str
    variables: Mapping[str, str]
    standard: Sequence[int]
    """Descriptors of its input, output and errors."""

    @classmethod
    def receive(cls, connection: socket.socket) -> "Request":
        length, standard, _, _ = socket.recv_fds(connection, 4, 3)
        with connection.makefile("rb") as file:
            arguments, folder, variables = json.loads(file.read(int.from_bytes(length, "big")))
        return cls(arguments, folder, variables, standard)

    def become(self) -> None:
        """Make it this process."""
        for place, descriptor in enumerate(self.standard):
            os.dup2(descriptor, place)
            os.close(descriptor)
        sys.stdin, sys.stdout = os.fdopen(0), os.fdopen(1, "w")
        sys.stderr = os.fdopen(2, "w", buffering=1, errors="backslashreplace")
        os.environ.clear()
        os.environ.update(self.variables)
        os.chdir(self.folder)
        sys.path[0] = self.folder
        sys.argv = ["ttc", *self.arguments]


class Server:
    """Forks a process for each request, and answers when it ends."""

    def __init__(self, listener: socket.socket) -> None:
        self._listener = listener
        self._running: dict[int, tuple[int, socket.socket]] = {}
        """Processes and their connections, by a descriptor that says when the process ends."""
        self._poller = select.poll()
        self._poller.register(listener, select.POLLIN)

    def serve(self) -> None:
        """Return in the processes that are forked alone."""
        while True:
            for descriptor, _ in self._poller.poll():
                if descriptor in self._running:
                    self._answer(descriptor)
                elif descriptor != self._listener.fileno():
                    self._kill(descriptor)
                elif self._fork():
                    return

    def _fork(self) -> bool:
        """Whether this is the process that was forked."""
        connection, _ = self._listener.accept()
        request = Request.receive(connection)
        pid = os.fork()
        if pid == 0:
            request.become()
            return True
        for descriptor in request.standard:
            os.close(descriptor)
        ends = os.pidfd_open(pid)
        self._running[ends] = pid, connection
        self._poller.register(ends, select.POLLIN)
        self._poller.register(connection, select.POLLIN)
        return False

    def _answer(self, ends: int) -> None:
        pid, connection = self._running.pop(ends)
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        self._poller.unregister(ends)
        os.close(ends)
        if connection.fileno() >= 0:
            self._poller.unregister(connection)
            connection.sendall(code.to_bytes(4, "big", signed=True))
            connection.close()

    def _kill(self, descriptor: int) -> None:
        for pid, connection in self._running.values():
            if connection.fileno() == descriptor:
                os.kill(pid, signal.SIGKILL)
                self._poller.unregister(connection)
                connection.close()


if __name__ == "__main__":
    from harness.neighbours import find_own_first

    find_own_first()
    for name in (*LOADED, *sys.argv[2:]):
        import_module(name)
    gc.freeze()
    Server(socket.socket(fileno=int(sys.argv[1]))).serve()
    sys.modules["harness.cli"].main()
