"""Watch the processor's performance counters, by which other programs can be overheard."""

import ctypes
import platform

EXPECT = "policy_kill"
CONTROL_NEEDS_KERNEL = True
CONTROL_NEEDS_ROOT = True
PERF_EVENT_OPEN = {"x86_64": 298, "aarch64": 241}
SOFTWARE, SIZE = 1, 64
LIBC = ctypes.CDLL(None, use_errno=True)


def attack(target):
    attributes = (ctypes.c_uint32 * 32)(SOFTWARE, SIZE)
    if LIBC.syscall(PERF_EVENT_OPEN[platform.machine()], attributes, 0, -1, -1, 0) < 0:
        raise OSError(ctypes.get_errno(), "refused")
    return True
