"""Become a shell."""

import os

EXPECT = "policy_kill"


def attack(target):
    os.execv("/bin/sh", ["sh", "-c", "echo REACHED"])
