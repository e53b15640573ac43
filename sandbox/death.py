"""From the way a child died, when it gave no answer, to a verdict."""

import signal
from dataclasses import dataclass

from sandbox.conversation import Ending
from sandbox.limits import Limits
from sandbox.verdicts import Verdict

BLAS_OUT_OF_MEMORY = "Memory allocation still failed"
"""OpenBLAS prints this and calls exit(1) when it gets no buffer: not a Python exception."""


@dataclass(frozen=True)
class ExitReport:
    """How a child ended, as the kernel counted it; `signal` 0 means that it exited with `code`."""

    signal: int
    code: int
    cpu_s: float
    peak_rss_bytes: int


def ending_of_death(report: ExitReport, started: bool, limits: Limits, printed: str) -> Ending:
    """Judge a child that died without a result and without being killed by its parent."""
    if not started:
        return Ending(Verdict.HARNESS_ERROR, f"The child died before the program started ({_how(report)}).")
    if report.signal == signal.SIGSYS:
        return Ending(Verdict.POLICY_KILL, Verdict.POLICY_KILL.sentence)
    if report.signal == signal.SIGXCPU or (report.signal == signal.SIGKILL and report.cpu_s >= limits.cpu_s):
        return Ending(Verdict.CPU_LIMIT, f"The program used more than {limits.cpu_s:.0f} s of processor time.")
    if report.signal == signal.SIGKILL and 2 * report.peak_rss_bytes > limits.memory_bytes:
        return Ending(Verdict.MEMORY, "The system killed the program, most likely because memory ran out.")
    if report.signal:
        return Ending(Verdict.CRASHED, f"The program's process was ended by {_how(report)}.")
    if BLAS_OUT_OF_MEMORY in printed:
        return Ending(Verdict.MEMORY, "The linear algebra library found no memory within the limit.")
    return Ending(Verdict.EXITED, f"The program ended its own process ({_how(report)}) before it returned scores.")


def _how(report: ExitReport) -> str:
    if not report.signal:
        return f"exit code {report.code}"
    try:
        return signal.Signals(report.signal).name
    except ValueError:
        return f"signal {report.signal}"
