"""Ask whether every process of the machine may be signalled."""

import os

EXPECT = "exception"


def attack(target):
    os.kill(-1, 0)
    return True
