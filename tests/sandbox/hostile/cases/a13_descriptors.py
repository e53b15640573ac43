"""Open 5,000 descriptors; the limit that the zygote gave itself refuses that without any layer."""

import os

EXPECT = "exception"
CONTROL = None


def attack(target):
    return len([os.dup(0) for _ in range(5000)]) == 5000
