"""Leave something in a module for the next task."""

import numpy as np

EXPECT = "ok"
CONTROL = None


def attack(target):
    found = hasattr(np, "left_behind")
    np.left_behind = True
    return found
