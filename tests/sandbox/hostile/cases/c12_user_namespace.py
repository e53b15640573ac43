"""Become root in a new user namespace."""

import ctypes

EXPECT = "policy_kill"
CONTROL_NEEDS_KERNEL = True
NEW_USER = 0x10000000
LIBC = ctypes.CDLL(None, use_errno=True)


def attack(target):
    if LIBC.unshare(NEW_USER) < 0:
        raise OSError(ctypes.get_errno(), "refused")
    return True
