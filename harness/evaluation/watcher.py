"""What a job tells whoever watches it, and how it is asked to stop. Jobs print nothing and touch no signal."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from archive import Axis, WorkRecord
    from harness.encoders.cached import CachedEncoder
    from harness.evaluation.evaluate import Outcome
    from harness.evaluation.prepared import PreparedTask
    from harness.programs.view import LedgerRow

Stopping = Callable[[], bool]
"""Asked between two steps of a job: True ends it there, and what is recorded stays."""


def never() -> bool:
    """Do not stop."""
    return False


class Watcher:
    """Hears of a job's steps, from any thread; this one keeps silent. Override what you want to hear of."""

    def noted(self, sentence: str) -> None:
        """Something worth knowing, for a person: a cap that is reached, calls that were lost, another machine."""

    def doing(self, what: str) -> None:
        """What is done from now on, until something else is told, as a phrase: `loading the encoder minilm`."""

    def reading_tasks(self, n_tasks: int) -> None:
        """So many tasks are about to be read."""

    def task_prepared(self, task: "PreparedTask") -> None:
        """A task is encoded."""

    def encoding(self, done: int, total: int) -> None:
        """So many texts of a request are encoded."""

    def machines(self, n_nodes: int, n_workers: int, busy: int, waiting: int, cells_per_minute: int) -> None:
        """So many machines and workers take part now; so many of these run a program, so many runs wait for one."""

    def worked(self, machines: "Sequence[WorkRecord]") -> None:
        """What each machine has done so far."""

    def encoder_started(self, encoder: "CachedEncoder", n_cells: int) -> None:
        """A matrix goes on with this encoder; so many of its cells are missing."""

    def run_started(self, run_id: str, encoder: "CachedEncoder", n_programs: int) -> None:
        """A run begins, or goes on, towards so many programs."""

    def cost_counted(self, axis: "Axis") -> None:
        """What the run that is about to start counts cost in."""

    def asked(self, generation: int) -> None:
        """The author is to write this generation's program."""

    def retrying(self, sentence: str) -> None:
        """A model's server is asked again."""

    def program_started(self, generation: int, name: str) -> None:
        """A program is about to be evaluated."""

    def outcome(self, outcome: "Outcome") -> None:
        """A program has ended on one task."""

    def program_recorded(self, row: "LedgerRow", verdict: str, best_worth: float | None, n_frontier: int) -> None:
        """A program is in the archive; the best worth, which the search maximises, and the size of the
        frontier are those after it."""

    def cell(self, program: str, outcome: "Outcome", seconds_left: float | None) -> None:
        """A cell of a matrix is done."""
