"""Listen on a TCP port."""

import socket

EXPECT = "exception"


def attack(target):
    server = socket.socket()
    server.bind(("127.0.0.1", 0))
    server.listen()
    return True
