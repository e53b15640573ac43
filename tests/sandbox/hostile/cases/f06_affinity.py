"""Choose its own processor cores."""

import os

EXPECT = "exception"


def attack(target):
    os.sched_setaffinity(0, {0})
    return True
