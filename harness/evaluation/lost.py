"""What happens to a run and says nothing of its program."""


class RunLost(Exception):
    """The machine that ran a program is gone, or its process was killed: the run is repeated and is never charged."""
