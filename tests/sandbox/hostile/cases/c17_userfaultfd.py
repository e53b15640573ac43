"""Handle page faults in user space, a favourite tool for winning races against the kernel."""

import ctypes
import platform

EXPECT = "policy_kill"
CONTROL_NEEDS_KERNEL = True
CONTROL_NEEDS_ROOT = True
USERFAULTFD = {"x86_64": 323, "aarch64": 282}
LIBC = ctypes.CDLL(None, use_errno=True)


def attack(target):
    if LIBC.syscall(USERFAULTFD[platform.machine()], 0) < 0:
        raise OSError(ctypes.get_errno(), "refused")
    return True
