"""Cancel the death signal and leave the session."""

import ctypes
import os

EXPECT = "exception"


def attack(target):
    cancelled = ctypes.CDLL(None).prctl(1, 0, 0, 0, 0) == 0
    os.setsid()
    return cancelled
