"""C library calls through ctypes, with failures as OSError, and the constants that the layers need."""

import ctypes
import functools
import os
import platform

from sandbox.layers.syscalls import NUMBERS

PR_SET_PDEATHSIG = 1
PR_SET_DUMPABLE = 4
PR_SET_SECCOMP = 22
PR_CAPBSET_DROP = 24
PR_SET_CHILD_SUBREAPER = 36
PR_SET_NO_NEW_PRIVS = 38
"""From linux/prctl.h."""


@functools.cache
def libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def prctl(option: int, *values: int) -> int:
    """prctl(2), missing arguments 0. Raises OSError."""
    arguments = [ctypes.c_ulong(value) for value in (*values, 0, 0, 0, 0)[:4]]
    return check(libc().prctl(option, *arguments), "prctl")


def system_call(name: str, *arguments: object) -> int:
    """A system call that the C library has no function for. Raises OSError, ENOSYS where its number is unknown."""
    number = NUMBERS.get(platform.machine(), {}).get(name)
    if number is None:
        raise OSError(38, f"{name}: unknown on {platform.machine()}")
    return check(libc().syscall(ctypes.c_long(number), *arguments), name)


def check(result: int, name: str) -> int:
    """The result of a C call, or its errno as OSError when it is -1."""
    if result == -1:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")
    return result
