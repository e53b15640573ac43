"""Give up every Linux capability for good (capabilities(7)), and change to an unprivileged user where root runs us."""

import ctypes
import os
from pathlib import Path

from sandbox.layers.kernel import PR_CAPBSET_DROP, check, libc, prctl

NOBODY = 65534
"""The kernel's overflow user and group: they own nothing."""

VERSION_3 = 0x20080522
CAP_SETGID = 6
CAP_SETUID = 7
CAP_SETPCAP = 8
LAST_CAPABILITY = 63


class _Header(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


class _Data(ctypes.Structure):
    _fields_ = (("effective", ctypes.c_uint32), ("permitted", ctypes.c_uint32), ("inheritable", ctypes.c_uint32))


def why_no_change_of_user() -> str:
    """Why this process cannot become another user; empty when it can."""
    if os.geteuid() != 0:
        return "not started as root"
    held = _effective()
    if not (held >> CAP_SETUID & 1 and held >> CAP_SETGID & 1):
        return "root without the capabilities SETUID and SETGID"
    try:
        mapped = Path("/proc/self/uid_map").read_text().split()
    except OSError as error:
        return f"no /proc to look at ({error.strerror})"
    return "" if int(mapped[2]) > NOBODY else f"user {NOBODY} does not exist in this user namespace"


def change_user() -> None:
    """Become nobody, in no group."""
    os.setgroups([])
    os.setresgid(NOBODY, NOBODY, NOBODY)
    os.setresuid(NOBODY, NOBODY, NOBODY)


def empty_bounding_set() -> None:
    """Rule out that any capability is ever gained again, by an exec for example; needs SETPCAP to do."""
    if not _effective() >> CAP_SETPCAP & 1:
        return
    for capability in range(LAST_CAPABILITY + 1):
        try:
            prctl(PR_CAPBSET_DROP, capability)
        except OSError:
            return


def drop() -> None:
    """Empty the permitted, effective and inheritable sets."""
    header, data = _Header(VERSION_3, 0), (_Data * 2)()
    check(libc().capset(ctypes.byref(header), data), "capset")


def _effective() -> int:
    header, data = _Header(VERSION_3, 0), (_Data * 2)()
    check(libc().capget(ctypes.byref(header), data), "capget")
    return int(data[0].effective) | int(data[1].effective) << 32
