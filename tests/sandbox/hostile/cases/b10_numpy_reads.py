"""Read a file through numpy."""

import numpy as np

EXPECT = "exception"


def attack(target):
    return np.fromfile(target["labels"], np.uint8).size > 0
