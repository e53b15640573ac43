"""Keep data in an anonymous file, whose pages no address space limit counts."""

import os

EXPECT = "exception"


def attack(target):
    descriptor = os.memfd_create("hoard")
    return sum(os.write(descriptor, bytes(1 << 20)) for _ in range(64)) == 64 << 20
