"""Set up an io_uring, through which files open without a system call of their own."""

import ctypes

EXPECT = "policy_kill"
SETUP = 425


def attack(target):
    return ctypes.CDLL(None).syscall(SETUP, 1, ctypes.create_string_buffer(120)) >= 0
