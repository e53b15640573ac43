"""The system call filter, checked instruction by instruction on architectures that are not at hand, and its table."""

import struct
import subprocess
import sys
from ctypes.util import find_library
from pathlib import Path

import pytest

from sandbox.layers import bpf, policy, seccomp, syscalls
from sandbox.layers.landlock import FILE_RIGHTS, NETWORK_RIGHTS, SCOPES, _rights

PID = 4321
ALLOW, REFUSE, KILL = bpf.ALLOW, bpf.ERRNO | 1, bpf.KILL_PROCESS
MACHINES = sorted(syscalls.NUMBERS)
ROOT = Path(__file__).parents[2]


def simulate(program: bpf.Program, arch: int, number: int, *arguments: int) -> int:
    """Run a filter as the kernel would (only the instructions that ours use)."""
    data = struct.pack("<IIQ6Q", number, arch, 0, *(*arguments, 0, 0, 0, 0, 0, 0)[:6])
    accumulator = position = 0
    while True:
        code, if_true, if_false, value = struct.unpack("<HBBI", program[position])
        position += 1
        if code == bpf.LOAD_WORD:
            (accumulator,) = struct.unpack_from("<I", data, value)
        elif code == bpf.RETURN:
            return value
        else:
            taken = {
                bpf.JUMP_IF_EQUAL: accumulator == value,
                bpf.JUMP_IF_GREATER_OR_EQUAL: accumulator >= value,
                bpf.JUMP_IF_ANY_BIT: bool(accumulator & value),
            }[code]
            position += if_true if taken else if_false


@pytest.mark.parametrize("machine", MACHINES)
def test_every_number_gets_the_answer_of_the_policy(machine: str) -> None:
    program, arch = seccomp.build(machine, PID), syscalls.AUDIT_ARCH[machine]
    names = {number: name for name, number in syscalls.NUMBERS[machine].items()}
    for number in range(600):
        name = names.get(number, "")
        if name in (*policy.ALLOWED, *policy.WITHOUT_EXEC, *policy.OWN_CLOCKS, "sched_getaffinity"):
            expected = ALLOW
        elif name in policy.KILLED:
            expected = KILL
        elif name in policy.ANSWERED:
            expected = bpf.ERRNO | policy.ANSWERED[name]
        else:
            expected = REFUSE
        assert simulate(program, arch, number) == expected, name or number


@pytest.mark.parametrize("machine", MACHINES)
def test_arguments_decide_where_the_policy_says_so(machine: str) -> None:
    program, arch = seccomp.build(machine, PID), syscalls.AUDIT_ARCH[machine]

    def answer(name: str, *arguments: int) -> int:
        return simulate(program, arch, syscalls.NUMBERS[machine][name], *arguments)

    for name in policy.WITHOUT_EXEC:
        assert [answer(name, 0, 0, prot) for prot in (0, 1, 3, 4, 7)] == [ALLOW, ALLOW, ALLOW, REFUSE, REFUSE]
    assert [answer("fcntl", 3, command) for command in (0, 1, 2, 3, 4)] == [REFUSE, ALLOW, REFUSE, ALLOW, REFUSE]
    for name in policy.OWN_CLOCKS:
        of_another = (~PID << 3 | 2) & 0xFFFFFFFF
        assert [answer(name, clock) for clock in (0, 1, 2, 3, 11, 16, of_another)] == [*[ALLOW] * 5, REFUSE, REFUSE]
    assert [answer("sched_getaffinity", pid) for pid in (0, PID, 1, PID + 1)] == [ALLOW, ALLOW, REFUSE, REFUSE]
    assert [answer("tgkill", pid) for pid in (PID, 1, PID + 1)] == [ALLOW, REFUSE, REFUSE]


@pytest.mark.parametrize("machine", MACHINES)
def test_other_system_call_tables_are_closed(machine: str) -> None:
    program, arch = seccomp.build(machine, PID), syscalls.AUDIT_ARCH[machine]
    read = syscalls.NUMBERS[machine]["read"]
    assert simulate(program, arch ^ 0x80000000, read) == KILL
    assert simulate(program, arch, read | seccomp.X32_BIT) == KILL


@pytest.mark.parametrize("machine", MACHINES)
def test_jumps_and_length_fit_the_kernels_limits(machine: str) -> None:
    program = seccomp.build(machine, PID)
    assert len(program) < 4096
    assert all(len(instruction) == 8 for instruction in program)


def test_no_name_is_in_two_parts_of_the_policy() -> None:
    parts = [policy.ALLOWED, policy.KILLED, tuple(policy.ANSWERED), policy.LIMITED]
    names = [name for part in parts for name in part]
    assert len(names) == len(set(names))


def test_only_calls_that_a_machine_never_had_lack_a_number() -> None:
    """A misspelt name would silently fall through to the default answer."""
    missing = {machine: policy.EVERY_NAME - numbers.keys() for machine, numbers in syscalls.NUMBERS.items()}
    assert missing == {"x86_64": set(), "aarch64": {"ioperm", "iopl", "poll", "select", "time"}}


@pytest.mark.skipif(find_library("seccomp") is None, reason="libseccomp is not installed")
def test_the_committed_table_is_what_libseccomp_says() -> None:
    script = ROOT / "scripts" / "syscall_table.py"
    made = subprocess.run([sys.executable, str(script)], capture_output=True, check=True, text=True).stdout
    committed = (ROOT / "sandbox" / "layers" / "syscalls.py").read_text()
    assert made.splitlines()[1:] == committed.splitlines()[1:]


def test_landlock_rights_grow_with_the_version() -> None:
    assert [hex(_rights(FILE_RIGHTS, version)) for version in range(1, 8)] == [
        *("0x1fff", "0x3fff", "0x7fff", "0x7fff", "0xffff", "0xffff", "0xffff")
    ]
    assert [_rights(NETWORK_RIGHTS, version) for version in (3, 4, 7)] == [0, 3, 3]
    assert [_rights(SCOPES, version) for version in (5, 6, 7)] == [0, 3, 3]
