"""Read the harness's memory."""

import ctypes

EXPECT = "policy_kill"


class Piece(ctypes.Structure):
    _fields_ = (("base", ctypes.c_void_p), ("length", ctypes.c_size_t))


def attack(target):
    buffer = ctypes.create_string_buffer(16)
    here, there = Piece(ctypes.addressof(buffer), 16), Piece(target["address"], 16)
    read = ctypes.CDLL(None).process_vm_readv
    read(target["harness"], ctypes.byref(here), 1, ctypes.byref(there), 1, 0)
    return buffer.value == b"harness secret"
