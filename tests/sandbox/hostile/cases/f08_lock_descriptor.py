"""Lock an inherited descriptor."""

import fcntl

EXPECT = "exception"
CONTROL = None


def attack(target):
    fcntl.flock(3, fcntl.LOCK_EX)
    return False
