"""A job as a notebook watches it: one bar of tqdm, a widget where there is one."""

from typing import Any, Self

from harness.encoders.cached import CachedEncoder
from harness.evaluation.evaluate import Outcome
from harness.evaluation.watcher import Watcher
from harness.programs.view import LedgerRow


class Progress(Watcher):
    """A bar for programs or cells, with the best mean delta beside it. A context manager, or close it at the end."""

    def __init__(self) -> None:
        from tqdm.auto import tqdm

        self._bar: Any = tqdm(total=None, desc="preparing", leave=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Leave the bar as it stands."""
        self._bar.close()

    def noted(self, sentence: str) -> None:
        self._bar.write(sentence)

    def encoding(self, done: int, total: int) -> None:
        self._bar.set_postfix_str(f"encoding text {done:,} of {total:,}" if done < total else "")

    def run_started(self, run_id: str, encoder: CachedEncoder, n_programs: int) -> None:
        self._bar.reset(total=n_programs)
        self._bar.set_description(f"run {run_id}")

    def retrying(self, sentence: str) -> None:
        self._bar.set_postfix_str(sentence)

    def program_recorded(self, row: LedgerRow, verdict: str, best_worth: float | None, n_frontier: int) -> None:
        self._bar.n = int(row.id.rpartition(".")[2])
        self._bar.set_postfix_str("" if best_worth is None else f"best so far {best_worth:+.4f}")
        self._bar.refresh()

    def encoder_started(self, encoder: CachedEncoder, n_cells: int) -> None:
        self._bar.reset(total=n_cells)
        self._bar.set_description(encoder.identity.name)

    def cell(self, program: str, outcome: Outcome, seconds_left: float | None) -> None:
        self._bar.update(1)
