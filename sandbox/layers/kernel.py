"""prctl(2) and raw system calls through ctypes, with failures as OSError."""

import ctypes
import functools
import os

PR_SET_PDEATHSIG = 1
PR_SET_DUMPABLE = 4
PR_CAPBSET_DROP = 24
PR_SET_CHILD_SUBREAPER = 36
PR_SET_NO_NEW_PRIVS = 38
"""From linux/prctl.h."""


@functools.cache
def libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def prctl(option: int, value: int = 0) -> int:
    """prctl(option, value, 0, 0, 0). Raises OSError."""
    arguments = [ctypes.c_ulong(argument) for argument in (value, 0, 0, 0)]
    return check(libc().prctl(option, *arguments), "prctl")


def check(result: int, name: str) -> int:
    """The result of a C call, or its errno as OSError when it is -1."""
    if result == -1:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")
    return result
