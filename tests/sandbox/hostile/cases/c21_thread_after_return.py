"""Leave a thread behind that goes on after rerank has returned."""

import _thread
import time

EXPECT = "exception"


def attack(target):
    _thread.start_new_thread(time.sleep, (100,))
    return True
