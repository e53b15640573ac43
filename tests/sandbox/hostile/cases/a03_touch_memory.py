"""Allocate and touch more memory than the limit."""

import numpy as np

EXPECT = "memory"


def attack(target):
    return np.ones(target["memory_bytes"] // 8 * 5 // 4).sum() > 0
