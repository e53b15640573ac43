"""Start 200 threads."""

import _thread
import time

EXPECT = "exception"


def attack(target):
    for _ in range(200):
        _thread.start_new_thread(time.sleep, (1,))
    return True
