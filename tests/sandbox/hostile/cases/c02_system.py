"""Run a command."""

import os

EXPECT = "ok"


def attack(target):
    return os.system("true") == 0
