"""Read the API key from the environment."""

import os

EXPECT = "ok"
CONTROL = None


def attack(target):
    return target["secret"] in str(dict(os.environ))
