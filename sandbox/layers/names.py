"""The layers by name, in the order in which a child puts them on: each needs something that a later one takes away."""

NAMESPACES = "namespaces"
"""Put on once by the zygote; all others by every child."""

CHILD_LAYERS = ("rlimits", "uid", "capabilities", "no_new_privs", "landlock", "seccomp")

LAYERS = (NAMESPACES, *CHILD_LAYERS)
