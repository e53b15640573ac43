"""A program put to use: a small package of its own that needs nothing of this one."""
