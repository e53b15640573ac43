"""Connect by MPTCP, which Landlock's TCP rights do not cover."""

import socket

EXPECT = "exception"
CONTROL_NEEDS_KERNEL = True
IPPROTO_MPTCP = 262


def attack(target):
    socket.socket(socket.AF_INET, socket.SOCK_STREAM, IPPROTO_MPTCP).connect(("127.0.0.1", target["tcp_port"]))
    return True
