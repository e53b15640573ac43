"""Runs of `ttc`, each a process of its own, forked from one that has imported the program: an import takes a second.

Run as a program, this reads requests, one line of JSON each, and answers each with the exit code of the process that it
forks for it.
"""

import gc
import json
import os
import select
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
READ_AT_IMPORT = ("OPENBLAS_", "OMP_", "MKL_", "NPY_", "PYTHON", "HF_")
"""Variables that Python and libraries read when they start: a run that changes one is started whole."""


class Forker:
    """The process that forks."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, __file__], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._variables = _at_import(os.environ)

    def can_run(self, variables: Mapping[str, str]) -> bool:
        """Whether a process with this environment may be forked."""
        return _at_import(variables) == self._variables

    def run(
        self, arguments: tuple[str, ...], cwd: Path, variables: Mapping[str, str], timeout: float
    ) -> "subprocess.CompletedProcess[str]":
        """Run `ttc` to its end, as `subprocess.run` does with `text=True` and `capture_output=True`."""
        assert self._process.stdin and self._process.stdout
        with tempfile.TemporaryDirectory() as folder:
            out, err = Path(folder, "out"), Path(folder, "err")
            request = {"arguments": arguments, "cwd": str(cwd), "variables": dict(variables), "timeout": timeout}
            self._process.stdin.write(json.dumps({**request, "out": str(out), "err": str(err)}) + "\n")
            self._process.stdin.flush()
            code = int(self._process.stdout.readline())
            return subprocess.CompletedProcess(arguments, code, out.read_text(), err.read_text())

    def close(self) -> None:
        """End it."""
        self._process.communicate()


def _at_import(variables: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in variables.items() if name.startswith(READ_AT_IMPORT)}


def _serve() -> None:
    """Answer requests until there are no more; a forked process returns from here to run `ttc`, and ends with it."""
    from harness.neighbours import find_own_first

    find_own_first()
    import hydra.utils  # noqa: F401

    import harness.api
    import harness.cli
    import harness.settings.compose

    gc.freeze()
    while line := sys.stdin.readline():
        request = json.loads(line)
        pid = os.fork()
        if pid == 0:
            _become(request)
            return harness.cli.main()
        print(_end_of(pid, request["timeout"]), flush=True)
    return None


def _become(request: dict[str, Any]) -> None:
    for path, descriptor in ((os.devnull, 0), (request["out"], 1), (request["err"], 2)):
        opened = os.open(path, os.O_RDONLY if descriptor == 0 else os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(opened, descriptor)
        os.close(opened)
    os.environ.clear()
    os.environ.update(request["variables"])
    os.chdir(request["cwd"])
    sys.path[0] = request["cwd"]
    sys.argv = ["ttc", *request["arguments"]]


def _end_of(pid: int, timeout: float) -> int:
    """The exit code of a process, which is killed if it takes longer."""
    watched = os.pidfd_open(pid)
    if not select.select([watched], [], [], timeout)[0]:
        os.kill(pid, signal.SIGKILL)
    os.close(watched)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


if __name__ == "__main__":
    _serve()
