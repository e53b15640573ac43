"""Create a socket to the kernel's network configuration."""

import socket

EXPECT = "exception"


def attack(target):
    return socket.socket(socket.AF_NETLINK, socket.SOCK_RAW).fileno() >= 0
