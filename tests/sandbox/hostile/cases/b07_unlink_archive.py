"""Delete the archive."""

import os

EXPECT = "exception"


def attack(target):
    os.unlink(target["archive"])
    return True
