"""Write to a file through a memory map."""

import numpy as np

EXPECT = "exception"


def attack(target):
    np.memmap(target["victim"], np.uint8, "r+", shape=(1,))[0] = 1
    return True
