"""Start a process with the bare system call."""

import ctypes
import os
import platform

EXPECT = "ok"
CLONE = {"x86_64": 56, "aarch64": 220}
SIGCHLD = 17


def attack(target):
    pid = ctypes.CDLL(None).syscall(CLONE[platform.machine()], SIGCHLD, 0, 0, 0, 0)
    if pid == 0:
        os._exit(0)
    return pid > 0
