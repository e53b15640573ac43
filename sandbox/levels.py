"""How well programs are confined, as a word: from what was measured, not from what was configured."""

from collections.abc import Collection

LEVELS = ("none", "weak", "standard", "strict")
"""From least to most."""

FILTER_ALONE = frozenset({"executable_memory", "other_clock", "other_affinity"})
"""What nothing but the system call filter denies: a filter that lets all pass shows here, whatever else is on."""
FILTERED = FILTER_ALONE | {"open_file", "udp", "thread", "fork", "exec", "write_file"}
"""What the system call filter must deny."""
BASE = frozenset({"environment", "descriptors", "memory", "raise_limit"})
"""What the launcher and the resource limits must deny."""
BARRIER = frozenset({"open_file", "list_directory", "write_file"})
"""What a second barrier must deny while the filter is off."""


def level(layers: Collection[str], locked: Collection[str], unfiltered: Collection[str]) -> str:
    """The level reached.

    `locked` names the attempts denied under all layers, `unfiltered` those denied under all but the filter.

    strict: filter, limits, no_new_privs, death signal, and a second barrier before files. standard: strict without
    that barrier. weak: no filter. none: nothing.
    """
    held = set(locked)
    filtered = "seccomp" in layers and "no_new_privs" in layers and held >= FILTERED
    bounded = "rlimits" in layers and held >= BASE and "death_signal" in unfiltered
    if filtered and bounded:
        return "strict" if set(unfiltered) >= BARRIER else "standard"
    return "weak" if layers else "none"


def at_least(reached: str, asked: str) -> bool:
    """Whether a level is as good as another."""
    return LEVELS.index(reached) >= LEVELS.index(asked)
