"""How a node behaves: what fails on it one after another, until that is enough to leave it aside."""

TROUBLES = 3
"""Failures that a node has of itself, one after another, before it is left aside: a full disk, say."""
DEATHS = 10
"""Workers of a node, or holders of its tasks, that die one after another before it is left aside."""


class Conduct:
    """Counts failures of a node; what goes well there ends the count. Whoever uses it holds a lock."""

    def __init__(self) -> None:
        self._counts: dict[int, int] = {}
        self._last = float("-inf")

    @property
    def failures(self) -> int:
        """Since something last went well."""
        return sum(self._counts.values())

    def went_well(self) -> None:
        """A program ran there to its end."""
        self._counts.clear()

    def failed(self, most: int, *, began: float, now: float) -> bool:
        """Count a failure of the kind of which `most` are enough; whether there are as many now.

        What began before the last one was known is one with it: what dies at once dies of one cause.
        """
        if began >= self._last:
            self._counts[most] = self._counts.get(most, 0) + 1
            self._last = now
        return self._counts.get(most, 0) >= most
