"""The few instructions of classic BPF that a seccomp filter needs (linux/filter.h, linux/seccomp.h)."""

import struct

LOAD_WORD = 0x20
JUMP_IF_EQUAL = 0x15
JUMP_IF_GREATER_OR_EQUAL = 0x35
JUMP_IF_ANY_BIT = 0x45
RETURN = 0x06

NUMBER_OFFSET = 0
ARCH_OFFSET = 4
ARGUMENTS_OFFSET = 16

ALLOW = 0x7FFF0000
ERRNO = 0x00050000
KILL_PROCESS = 0x80000000

Program = list[bytes]


def load(offset: int) -> bytes:
    """Load a 32-bit word of struct seccomp_data."""
    return _instruction(LOAD_WORD, 0, 0, offset)


def argument(position: int) -> int:
    """Offset of the low half of a system call's argument, on the little-endian machines we know."""
    return ARGUMENTS_OFFSET + 8 * position


def jump(code: int, value: int, if_true: int, if_false: int) -> bytes:
    """Skip `if_true` or `if_false` instructions."""
    return _instruction(code, if_true, if_false, value)


def answer(action: int) -> bytes:
    """End the filter with an action."""
    return _instruction(RETURN, 0, 0, action)


def when_equal(value: int, then: Program) -> Program:
    """Run `then`, which must end in answers, when the loaded word equals `value`."""
    return [jump(JUMP_IF_EQUAL, value, 0, len(then)), *then]


def _instruction(code: int, if_true: int, if_false: int, value: int) -> bytes:
    return struct.pack("<HBBI", code, if_true, if_false, value)
