"""The load-bearing layer: a default-deny seccomp filter, built from `policy` for the machine's architecture.

Source: the kernel's Documentation/userspace-api/seccomp_filter.rst.
"""

import ctypes
import os
import platform
from mmap import PROT_EXEC

from sandbox.layers import bpf, policy
from sandbox.layers.kernel import PR_SET_SECCOMP, prctl
from sandbox.layers.syscalls import AUDIT_ARCH, NUMBERS

SECCOMP_MODE_FILTER = 2
X32_BIT = 0x40000000
"""Set in the numbers of x86_64's second system call table, which no filter rule would match."""


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))


def why_absent() -> str:
    """Why no filter can be built here; empty when one can."""
    return "" if platform.machine() in NUMBERS else f"no table of system calls for {platform.machine()}"


def apply() -> None:
    """Lock this process for good; needs no_new_privs. Raises OSError."""
    code = b"".join(build(platform.machine(), os.getpid()))
    program = _Program(len(code) // 8, code)
    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.addressof(program))


def build(machine: str, pid: int) -> bpf.Program:
    """The filter for an architecture and the process that it will lock."""
    numbers = NUMBERS[machine]
    allow, kill, refuse = bpf.answer(bpf.ALLOW), bpf.answer(bpf.KILL_PROCESS), bpf.answer(bpf.ERRNO | policy.REFUSED)
    program = [
        bpf.load(bpf.ARCH_OFFSET),
        bpf.jump(bpf.JUMP_IF_EQUAL, AUDIT_ARCH[machine], 1, 0),
        kill,
        bpf.load(bpf.NUMBER_OFFSET),
        bpf.jump(bpf.JUMP_IF_GREATER_OR_EQUAL, X32_BIT, 0, 1),
        kill,
    ]
    rules: list[tuple[str, bpf.Program]] = [
        *((name, [allow]) for name in policy.ALLOWED),
        *((name, _unless_bit(2, PROT_EXEC, allow, refuse)) for name in policy.WITHOUT_EXEC),
        ("fcntl", _if_argument(1, policy.QUERY_FCNTL, allow, refuse)),
        *((name, _below(0, policy.CLOCKS, allow, refuse)) for name in policy.OWN_CLOCKS),
        ("tgkill", _if_argument(0, (pid,), allow, refuse)),
        ("sched_getaffinity", _if_argument(0, (0, pid), allow, refuse)),
        *((name, [bpf.answer(bpf.ERRNO | errno)]) for name, errno in policy.ANSWERED.items()),
        *((name, [kill]) for name in policy.KILLED),
    ]
    for name, then in rules:
        if name in numbers:
            program += bpf.when_equal(numbers[name], then)
    return [*program, refuse]


def _unless_bit(position: int, bit: int, allow: bytes, refuse: bytes) -> bpf.Program:
    return [bpf.load(bpf.argument(position)), bpf.jump(bpf.JUMP_IF_ANY_BIT, bit, 1, 0), allow, refuse]


def _below(position: int, bound: int, allow: bytes, refuse: bytes) -> bpf.Program:
    # The kernel reads 32 bits of a clock's number, as the filter does; negative ones are large here.
    return [bpf.load(bpf.argument(position)), bpf.jump(bpf.JUMP_IF_GREATER_OR_EQUAL, bound, 1, 0), allow, refuse]


def _if_argument(position: int, values: tuple[int, ...], allow: bytes, refuse: bytes) -> bpf.Program:
    checks = [part for value in values for part in bpf.when_equal(value, [allow])]
    return [bpf.load(bpf.argument(position)), *checks, refuse]
