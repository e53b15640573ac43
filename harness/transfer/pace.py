"""How long a matrix will still take, from what its cells have cost so far."""

from collections import defaultdict
from collections.abc import Iterable


class Pace:
    """Seconds left, at each program's own speed.

    A cell's size is the number of characters of its task. A program that has not run yet is taken to be as fast as the
    others were.
    """

    def __init__(self, cells: Iterable[tuple[str, str, int]], workers: int) -> None:
        """`cells` are program, task and size of each cell to come."""
        self._waiting = {(program, task): size for program, task, size in cells}
        self._workers = workers
        self._seconds: dict[str, float] = defaultdict(float)
        self._sizes: dict[str, int] = defaultdict(int)

    def known(self, program: str, size: int, seconds: float) -> None:
        """A cell of an earlier time took so long."""
        self._seconds[program] += seconds
        self._sizes[program] += size

    def done(self, program: str, task: str, seconds: float) -> None:
        """A cell to come is done."""
        self.known(program, self._waiting.pop((program, task)), seconds)

    @property
    def left(self) -> float | None:
        """Seconds until all cells are done; None before any cell was measured."""
        total = sum(self._sizes.values())
        if not total:
            return None
        overall = sum(self._seconds.values()) / total
        seconds = 0.0
        for (program, _), size in self._waiting.items():
            own = self._sizes.get(program)
            seconds += size * (self._seconds[program] / own if own else overall)
        return seconds / self._workers
