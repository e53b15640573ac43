"""Reserve 200 GiB without touching them; the system may refuse that by itself."""

import numpy as np

EXPECT = "memory"
CONTROL = None


def attack(target):
    return np.empty(200 << 30, np.uint8).size > 0
