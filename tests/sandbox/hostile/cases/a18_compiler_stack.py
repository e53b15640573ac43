"""Overflow the compiler's stack."""

EXPECT = ("memory", "exception", "crashed")
CONTROL = None


def attack(target):
    return bool(compile("-" * 200_000 + "1", "x", "eval"))
