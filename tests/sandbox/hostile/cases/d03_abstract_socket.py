"""Connect to an abstract Unix socket of the harness."""

import socket

EXPECT = "exception"


def attack(target):
    socket.socket(socket.AF_UNIX).connect("\0" + target["abstract"])
    return True
