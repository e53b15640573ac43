"""Grow a mapping beyond the limit."""

import mmap

EXPECT = ("exception", "memory")


def attack(target):
    memory = mmap.mmap(-1, 1 << 20)
    memory.resize(target["memory_bytes"])
    return True
