"""Connect to a Unix socket of the harness by its path."""

import socket

EXPECT = "exception"


def attack(target):
    socket.socket(socket.AF_UNIX).connect(target["socket_path"])
    return True
