"""Load a program into the kernel."""

import ctypes
import platform

EXPECT = "policy_kill"
CONTROL_NEEDS_KERNEL = True
CONTROL_NEEDS_ROOT = True
BPF = {"x86_64": 321, "aarch64": 280}
MAP_CREATE, ARRAY = 0, 2
LIBC = ctypes.CDLL(None, use_errno=True)


def attack(target):
    attributes = (ctypes.c_uint32 * 16)(ARRAY, 4, 4, 1)
    if LIBC.syscall(BPF[platform.machine()], MAP_CREATE, attributes, 64) < 0:
        raise OSError(ctypes.get_errno(), "refused")
    return True
