"""Attach to another process as a debugger."""

import ctypes

EXPECT = "policy_kill"
ATTACH = 16


def attack(target):
    return ctypes.CDLL(None).ptrace(ATTACH, target["decoy"], 0, 0) == 0
