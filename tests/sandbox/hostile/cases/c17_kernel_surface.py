"""Reach large and fragile parts of the kernel: bpf, perf_event_open, userfaultfd."""

import ctypes
import platform

EXPECT = "policy_kill"
CONTROL_NEEDS_ROOT = True
USERFAULTFD = {"x86_64": 323, "aarch64": 282}


def attack(target):
    return ctypes.CDLL(None).syscall(USERFAULTFD[platform.machine()], 0) >= 0
