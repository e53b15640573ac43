"""Start many processes (bounded to 40)."""

import os
import time

EXPECT = "exception"


def attack(target):
    for _ in range(40):
        if os.fork() == 0:
            time.sleep(100)
            os._exit(0)
    return True
