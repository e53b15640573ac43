"""Type into the terminal of the person who runs the harness."""

import fcntl

EXPECT = "exception"
CONTROL = None
TIOCSTI = 0x5412


def attack(target):
    fcntl.ioctl(0, TIOCSTI, b"x")
    return True
