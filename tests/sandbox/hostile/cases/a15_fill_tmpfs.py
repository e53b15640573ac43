"""Fill a file system that lives in memory."""

import os

EXPECT = "exception"


def attack(target):
    descriptor = os.open(target["folder"] + "/hoard", os.O_WRONLY | os.O_CREAT)
    return sum(os.write(descriptor, bytes(1 << 20)) for _ in range(16)) == 16 << 20
