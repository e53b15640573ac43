"""Put a hard link and a symbolic link beside a file."""

import os

EXPECT = "exception"


def attack(target):
    os.link(target["victim"], target["folder"] + "/hard")
    os.symlink(target["victim"], target["folder"] + "/soft")
    return True
