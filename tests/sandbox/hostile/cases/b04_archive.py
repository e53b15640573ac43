"""Read the archive."""

EXPECT = "exception"


def attack(target):
    return open(target["archive"], "rb").read(6) == b"SQLite"
