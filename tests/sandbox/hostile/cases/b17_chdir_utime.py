"""Change the working directory and a file's dates, which Landlock does not cover."""

import os

EXPECT = "exception"


def attack(target):
    os.chdir(target["folder"])
    os.utime("victim", (0, 0))
    return True
