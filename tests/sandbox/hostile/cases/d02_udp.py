"""Send a UDP packet."""

import socket

EXPECT = "exception"


def attack(target):
    return socket.socket(type=socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", target["udp_port"])) == 1
