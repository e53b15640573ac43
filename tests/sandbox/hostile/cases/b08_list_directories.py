"""List directories."""

import os

EXPECT = "exception"


def attack(target):
    return "labels.tsv" in os.listdir(target["folder"])
