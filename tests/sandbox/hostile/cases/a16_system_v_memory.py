"""Keep data in a System V segment, which no limit of a process counts."""

import ctypes

EXPECT = "ok"


def attack(target):
    libc = ctypes.CDLL(None, use_errno=True)
    return libc.shmget(0, ctypes.c_size_t(64 << 20), 0o1600) >= 0
