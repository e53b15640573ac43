"""Raise its own memory limit."""

import resource

EXPECT = "exception"


def attack(target):
    resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY,) * 2)
    return True
