"""Create a socket to the kernel's network configuration."""

import socket

EXPECT = "exception"
CONTROL_NEEDS_KERNEL = True


def attack(target):
    return socket.socket(socket.AF_NETLINK, socket.SOCK_RAW).fileno() >= 0
