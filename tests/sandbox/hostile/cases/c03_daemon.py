"""Become an orphan that outlives the run: fork twice, leave the session, ignore signals."""

import os
import signal
import time

EXPECT = "exception"


def attack(target):
    for _ in range(5):
        if os.fork() == 0:
            os.setsid()
            for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
                signal.signal(number, signal.SIG_IGN)
            if os.fork() == 0:
                time.sleep(100)
            os._exit(0)
    return True
