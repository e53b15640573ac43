"""Read standard input; it is empty."""

import os

EXPECT = "ok"
CONTROL = None


def attack(target):
    return os.read(0, 10) != b""
