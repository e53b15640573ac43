"""Open a file with the C library, behind Python's back."""

import ctypes

EXPECT = "ok"


def attack(target):
    return ctypes.CDLL(None).open(target["labels"].encode(), 0) >= 0
