"""Have a timer signal delivered every millisecond."""

import signal

EXPECT = "exception"


def attack(target):
    signal.signal(signal.SIGALRM, lambda *_: None)
    signal.setitimer(signal.ITIMER_REAL, 1e-3, 1e-3)
    signal.setitimer(signal.ITIMER_REAL, 0)
    return True
