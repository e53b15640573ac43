"""Leave a process behind that burns processor time after the answer was given."""

import os

EXPECT = "exception"


def attack(target):
    if os.fork() == 0:
        while True:
            pass
    return True
