"""Become root."""

import os

EXPECT = "exception"
CONTROL_NEEDS_ROOT = True


def attack(target):
    os.setuid(0)
    return True
