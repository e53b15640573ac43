"""Write to its own memory through /proc, which ignores page protection."""

EXPECT = "exception"


def attack(target):
    with open("/proc/self/mem", "r+b") as memory:
        return memory.writable()
