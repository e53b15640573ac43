"""Change the permissions of a file."""

import os

EXPECT = "exception"


def attack(target):
    os.chmod(target["victim"], 0o777)
    return True
