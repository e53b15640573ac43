"""Connect to a TCP port of this machine."""

import socket

EXPECT = "exception"


def attack(target):
    socket.socket().connect(("127.0.0.1", target["tcp_port"]))
    return True
