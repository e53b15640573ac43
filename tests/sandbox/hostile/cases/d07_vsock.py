"""Create a socket towards the virtual machine's host, which no network namespace confines."""

import socket

EXPECT = "exception"


def attack(target):
    return socket.socket(socket.AF_VSOCK, socket.SOCK_STREAM).fileno() >= 0
