"""Create a socket towards the virtual machine's host, which no network namespace confines."""

import socket

EXPECT = "exception"
CONTROL_NEEDS_KERNEL = True


def attack(target):
    return socket.socket(socket.AF_VSOCK, socket.SOCK_STREAM).fileno() >= 0
