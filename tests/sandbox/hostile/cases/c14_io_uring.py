"""Set up an io_uring, through which files open without a system call of their own."""

import ctypes

EXPECT = "policy_kill"
CONTROL_NEEDS_KERNEL = True
SETUP = 425
LIBC = ctypes.CDLL(None, use_errno=True)


def attack(target):
    if LIBC.syscall(SETUP, 1, ctypes.create_string_buffer(120)) < 0:
        raise OSError(ctypes.get_errno(), "refused")
    return True
