"""A program, run as every other is, that tries what a locked child must not be able to do.

It is read as text by `doctor` and prints a line "name outcome" for each attempt: `reached`, or the exception that
stopped it. The last line is replaced by a shell's when even exec works.
"""

import _thread
import ctypes
import fcntl
import json
import mmap
import os
import resource
import signal
import socket
import time
from collections.abc import Callable
from typing import Any

PR_GET_PDEATHSIG = 2
PR_GET_NO_NEW_PRIVS = 39
CPUCLOCK_SCHED = 2
CAPABILITIES_VERSION_3 = 0x20080522
UNLIMITED = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)


def rerank(q_emb: Any, d_emb: Any, sim: Any, *, embed_fn: Any, q_texts: list[str], d_texts: list[str]) -> Any:
    target = json.loads(q_texts[0])
    for name, attempt in attempts(target).items():
        try:
            attempt()
            outcome = "reached"
        except BaseException as error:
            outcome = type(error).__name__
        print(name, outcome, flush=True)
    os.execv(target["file"], [target["file"]])


def attempts(target: dict[str, Any]) -> dict[str, Callable[[], object]]:
    address = ("127.0.0.1", target["port"])
    return {
        "environment": lambda: only_if(set(os.environ) - set(target["environment"])),
        "descriptors": lambda: only_if([number for number in range(4, 64) if is_open(number)]),
        "death_signal": lambda: only_if(death_signal() != signal.SIGKILL),
        "memory": lambda: mmap.mmap(-1, 2 * target["memory_bytes"]),
        "raise_limit": lambda: resource.setrlimit(resource.RLIMIT_AS, UNLIMITED),
        "open_file": lambda: os.open(target["file"], os.O_RDONLY),
        "list_directory": lambda: os.listdir(target["folder"]),  # noqa: PTH208
        "stat_file": lambda: os.stat(target["file"]),  # noqa: PTH116
        "write_file": lambda: os.open(target["folder"] + "/written", os.O_WRONLY | os.O_CREAT),
        "tcp": lambda: socket.socket().connect(address),
        "udp": lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", address),
        "unix_socket": lambda: socket.socket(socket.AF_UNIX).connect("\0" + target["abstract"]),
        "signal": lambda: os.kill(target["harness"], 0),
        "executable_memory": lambda: mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC),
        "gain_rights": lambda: only_if(control(PR_GET_NO_NEW_PRIVS) != 1),
        "capability": lambda: only_if(capabilities()),
        "host_name": lambda: only_if(os.uname().nodename == target["host"]),
        "other_clock": lambda: time.clock_gettime((~target["harness"] << 3) | CPUCLOCK_SCHED),
        "other_affinity": lambda: os.sched_getaffinity(target["harness"]),
        "thread": lambda: _thread.start_new_thread(int, ()),
        "fork": fork,
    }


class Absent(Exception):
    """There is nothing to reach."""


def only_if(reached: object) -> None:
    if not reached:
        raise Absent


def is_open(number: int) -> bool:
    try:
        fcntl.fcntl(number, fcntl.F_GETFD)
    except OSError:
        return False
    return True


def death_signal() -> int:
    value = ctypes.c_int()
    if ctypes.CDLL(None, use_errno=True).prctl(PR_GET_PDEATHSIG, ctypes.byref(value), 0, 0, 0):
        raise OSError(ctypes.get_errno(), "prctl")
    return value.value


def control(option: int) -> int:
    result: int = ctypes.CDLL(None, use_errno=True).prctl(option, 0, 0, 0, 0)
    if result < 0:
        raise OSError(ctypes.get_errno(), "prctl")
    return result


def capabilities() -> int:
    """The effective set, as a number."""
    header, sets = (ctypes.c_uint32 * 2)(CAPABILITIES_VERSION_3, 0), (ctypes.c_uint32 * 6)()
    if ctypes.CDLL(None, use_errno=True).capget(header, sets):
        raise OSError(ctypes.get_errno(), "capget")
    return sets[0] | sets[3] << 32


def fork() -> None:
    if os.fork() == 0:
        os._exit(0)
