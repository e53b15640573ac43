"""Landlock with every right handled and no rule: no file, no TCP, no abstract socket, no signal to the outside.

Source: the kernel's Documentation/userspace-api/landlock.rst and include/uapi/linux/landlock.h.
"""

import ctypes
import os

from sandbox.layers.kernel import system_call

CREATE_RULESET_VERSION = 1

FILE_RIGHTS = {1: (1 << 13) - 1, 2: 1 << 13, 3: 1 << 14, 5: 1 << 15}
"""ABI version -> the file system rights it added: the first thirteen, refer, truncate, ioctl on devices."""
NETWORK_RIGHTS = {4: 0b11}
"""TCP bind and connect."""
SCOPES = {6: 0b11}
"""Abstract Unix sockets and signals: not beyond this domain."""


class _RulesetAttr(ctypes.Structure):
    _fields_ = (
        ("handled_access_fs", ctypes.c_uint64),
        ("handled_access_net", ctypes.c_uint64),
        ("scoped", ctypes.c_uint64),
    )


def abi() -> int:
    """The version the kernel offers. Raises OSError where Landlock is absent or disabled."""
    return system_call("landlock_create_ruleset", None, ctypes.c_size_t(0), ctypes.c_uint32(CREATE_RULESET_VERSION))


def apply() -> None:
    """Confine this process for good; needs no_new_privs. Raises OSError."""
    ruleset = _create_ruleset(abi())
    try:
        system_call("landlock_restrict_self", ctypes.c_int(ruleset), ctypes.c_uint32(0))
    finally:
        os.close(ruleset)


def _create_ruleset(version: int) -> int:
    """A ruleset with all rights of the highest version that works: some kernels claim more than they can."""
    attributes = _RulesetAttr(_rights(FILE_RIGHTS, version), _rights(NETWORK_RIGHTS, version), _rights(SCOPES, version))
    size = ctypes.sizeof(attributes) if version >= 6 else 16 if version >= 4 else 8
    try:
        return system_call(
            "landlock_create_ruleset", ctypes.byref(attributes), ctypes.c_size_t(size), ctypes.c_uint32(0)
        )
    except OSError:
        if version == 1:
            raise
        return _create_ruleset(version - 1)


def _rights(table: dict[int, int], version: int) -> int:
    return sum(rights for since, rights in table.items() if since <= version)
