"""Start a thread outside of Python's threading, by the fault handler's watchdog."""

import _thread

EXPECT = "exception"


def attack(target):
    lock = _thread.allocate_lock()
    lock.acquire()
    _thread.start_new_thread(lock.release, ())
    return lock.acquire(True, 1)
