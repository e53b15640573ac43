"""An empty world for a zygote and all its children: no files, no network, no System V objects of others.

The zygote enters it once, after everything is loaded: a network namespace for every single run would cost more than
all other layers together. Sources: namespaces(7), user_namespaces(7), pivot_root(2).
"""

import ctypes
import os
from pathlib import Path

from sandbox.layers.capabilities import NOBODY
from sandbox.layers.kernel import check, libc, system_call

CLONE_NEWNS = 0x00020000
CLONE_NEWUTS = 0x04000000
CLONE_NEWIPC = 0x08000000
CLONE_NEWUSER = 0x10000000
CLONE_NEWNET = 0x40000000
WORLD = CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNET

MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC = 1, 2, 4, 8
MS_REC, MS_PRIVATE = 1 << 14, 1 << 18
MNT_DETACH = 2

MOUNT_POINT = "/tmp"
HOST = b"sandbox"


def enter() -> None:
    """Leave the machine's files, network and IPC behind, in a user namespace unless root runs us. Raises OSError."""
    user, group = os.getuid(), os.getgid()
    if os.geteuid() == 0:
        check(libc().unshare(WORLD), "unshare")
    else:
        check(libc().unshare(WORLD | CLONE_NEWUSER), "unshare")
        _become_nobody(user, group)
    # A new namespace begins with the old one's names.
    check(libc().sethostname(HOST, len(HOST)), "sethostname")
    check(libc().setdomainname(HOST, len(HOST)), "setdomainname")
    _empty_root()


def _become_nobody(user: int, group: int) -> None:
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{NOBODY} {user} 1")
    Path("/proc/self/gid_map").write_text(f"{NOBODY} {group} 1")


def _empty_root() -> None:
    _mount(None, "/", None, MS_REC | MS_PRIVATE, None)
    _mount("empty", MOUNT_POINT, "tmpfs", MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC, "size=4k,mode=0555")
    os.chdir(MOUNT_POINT)
    system_call("pivot_root", b".", b".")
    # The old root now lies on top of the new one.
    check(libc().umount2(b".", MNT_DETACH), "umount2")
    os.chdir("/")


def _mount(source: str | None, target: str, kind: str | None, flags: int, data: str | None) -> None:
    texts = [text.encode() if text is not None else None for text in (source, target, kind)]
    options = data.encode() if data is not None else None
    check(libc().mount(*texts, ctypes.c_ulong(flags), options), f"mount {target}")
