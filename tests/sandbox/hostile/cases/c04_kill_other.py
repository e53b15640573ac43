"""Kill another process of the harness."""

import os
import signal

EXPECT = "exception"


def attack(target):
    os.kill(target["decoy"], signal.SIGKILL)
    return True
