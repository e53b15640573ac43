"""Become root in a new user namespace."""

import ctypes

EXPECT = "policy_kill"
NEW_USER = 0x10000000


def attack(target):
    return ctypes.CDLL(None).unshare(NEW_USER) == 0
