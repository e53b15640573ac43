"""Look for descriptors that the harness left open."""

import fcntl

EXPECT = "ok"
CONTROL = None


def attack(target):
    for number in range(4, 1024):
        try:
            fcntl.fcntl(number, fcntl.F_GETFD)
        except OSError:
            continue
        return True
    return False
