"""Cut the archive to nothing."""

import os

EXPECT = "exception"


def attack(target):
    os.truncate(target["archive"], 0)
    return True
