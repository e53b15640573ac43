"""Learn the size of the label file without opening it."""

import os

EXPECT = "exception"


def attack(target):
    return os.stat(target["labels"]).st_size > 0
