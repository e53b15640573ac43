"""What jobs return: values with dataframes, and a table of themselves in a notebook."""

from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from archive import Axis, Program, non_dominated
from archive import Run as RunRow
from harness.dataframes import by_column, listed
from harness.dataframes import per_query as all_queries
from harness.evaluation.evaluate import Outcome
from harness.evaluation.single import Single, single_view
from harness.heads.comparison import Kinds, LessHeads, programs_less_heads
from harness.heads.job import TITLES as HEADS_TITLES
from harness.published.place import open_archive
from harness.screen.columns import FRONTIER, LEDGER
from harness.screen.frontier import frontier_points, price_all, sure_frontier
from harness.screen.program_columns import COST_COLUMNS
from harness.screen.views import basis
from harness.transfer.analysis import Analysis, ProgramRow, analyse
from harness.transfer.files import CELL_FIELDS, transfer_view, write_csv, write_latex
from harness.transfer.matrix import Matrix as Cells
from harness.transfer.transfer import Transferred
from sandbox import Violation

__all__ = ["HEADS_TITLES", "Evaluation", "Heads", "Matrix", "Run"]

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Run:
    """A run in an archive, looked up anew at every question."""

    archive: Path
    id: str

    @property
    def row(self) -> RunRow:
        """What is recorded of the run: settings, versions, machine, encoder, tasks, status."""
        with open_archive(self.archive, read_only=True) as opened:
            return opened.run(self.id)

    @property
    def complete(self) -> bool:
        """Whether it came to its end; else `resume` goes on with it."""
        return self.row.status == "finished"

    def programs(self) -> list[Program]:
        """Every program, admitted or not, oldest first."""
        with open_archive(self.archive, read_only=True) as opened:
            return opened.programs(self.id)

    def frontier(self, cost: Axis | None = None, *, sure: bool = False) -> list[Program]:
        """The non-dominated programs, cheapest first; costs in `cost`, by default what the run counted them in.

        With `sure` those alone that are better than every cheaper one kept, beyond noise.
        """
        with open_archive(self.archive, read_only=True) as opened:
            front = opened.frontier(self.id, cost)
        return sure_frontier(front, self.row) if sure else front

    def frame(self, *, per_query: bool = False) -> "pd.DataFrame":
        """One row a program, with the columns of `ttc ledger --csv`; or one a program, task and query.

        The second has the columns program, task, query, cosine, ndcg, one for each other measure that is recorded, and
        delta; cosine and delta are of the measure that the run searched by. Tasks that a search hides are in it.
        """
        row, programs = self.row, self.programs()
        return all_queries(row, programs) if per_query else listed(LEDGER, price_all(programs, row))

    def _repr_html_(self) -> str:
        row, front = self.row, self.frontier()
        shown = ["id", "name", *COST_COLUMNS.values(), "mean_delta", "gain", "wins", "ties", "losses", "flags"]
        table = listed(FRONTIER, frontier_points(front, row))[shown]
        return f"<p>Run {self.id}: {row.status}. {_escaped(basis(row))}.</p>{_html(table)}"


@dataclass(frozen=True)
class Evaluation:
    """One program on tasks, outside any run."""

    source: str
    violations: tuple[Violation, ...] = ()
    """Static rules that it breaks; then it was not run."""
    single: Single | None = None

    @property
    def ok(self) -> bool:
        """Whether it has a result on every task."""
        return self.single is not None and self.single.evaluation.failure is None

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        """In the tasks' order, as far as it was run."""
        return self.single.evaluation.outcomes if self.single else ()

    @property
    def mean_delta(self) -> float | None:
        """Mean over the tasks of the measure less cosine's; None unless it is `ok`."""
        return self.single.evaluation.mean_delta if self.single else None

    @property
    def cost_ratio(self) -> float | None:
        """1 + texts encoded again / texts encoded once; None unless it is `ok`."""
        return self.single.evaluation.cost_ratio if self.single else None

    def view(self) -> dict[str, Any]:
        """The same as JSON-ready values."""
        return single_view(self.single) if self.single else {}

    def frame(self, *, per_query: bool = False) -> "pd.DataFrame":
        """One row a task, or with `per_query` one a task and query: task, query, and a column a measure.

        That of nDCG@10 is called ndcg.
        """
        import pandas as pd

        if not per_query or self.single is None:
            return pd.DataFrame(self.view().get("outcomes", []))
        queries = {task.name: list(task.queries) for task in self.single.tasks}
        parts = [
            pd.DataFrame({"task": one.task, "query": queries[one.task], **by_column(one.measured)})
            for one in self.outcomes
            if one.measured
        ]
        return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=["task", "query", "ndcg"])

    def _repr_html_(self) -> str:
        if self.violations:
            return f"<p>Not run: {_escaped(self.violations[0].message)}</p>"
        delta = (
            "" if self.mean_delta is None else f"Mean delta {self.mean_delta:+.4f}, cost ratio {self.cost_ratio:.2f}."
        )
        return f"<p>{delta}</p>{_html(self.frame())}"


@dataclass(frozen=True)
class Matrix:
    """Programs x encoders x tasks, and what may be said of them."""

    cells: Cells
    complete: bool
    """Whether every cell asked for is there."""
    seed: int = 0
    cost: Axis = "texts"
    """What cost is counted in where it is shown and where `frontier` is not told."""

    @classmethod
    def of(cls, done: Transferred) -> "Matrix":
        """The value of a finished transfer."""
        return cls(done.matrix, done.complete, done.seed, done.cost)

    @cached_property
    def analysis(self) -> Analysis:
        """Summaries, intervals, corrected tests, oracles."""
        return analyse(self.cells, seed=self.seed)

    def programs(self) -> list[ProgramRow]:
        """One row a program that has a result, in the order asked for."""
        return list(self.analysis.rows)

    def frontier(self, cost: Axis | None = None) -> list[ProgramRow]:
        """Programs that no other one beats in both cost and mean delta, cheapest first."""
        points = [(c, row) for row in self.programs() if (c := row.costs.on(cost or self.cost)) is not None]
        kept = non_dominated([c for c, _ in points], [row.summary.mean for _, row in points])
        return [points[place][1] for place in kept]

    def view(self) -> dict[str, Any]:
        """Everything as JSON-ready values; every figure with its cells."""
        return transfer_view(self.cells, self.analysis)

    def write_csv(self, path: Path) -> None:
        """One line a cell, failed and missing ones included."""
        write_csv(self.cells, path)

    def write_latex(self, path: Path) -> None:
        """The table of programs in the style of booktabs."""
        write_latex(self.cells, self.analysis, path, self.cost)

    def frame(self, *, per_query: bool = False) -> "pd.DataFrame":
        """One row a cell, failed and missing ones included; with `per_query` one a cell and query, with its delta."""
        import pandas as pd

        if not per_query:
            rows = [{name: getattr(cell, name) for name in CELL_FIELDS} for cell in self.cells.cells]
            return pd.DataFrame(rows, columns=list(CELL_FIELDS))
        return pd.DataFrame(
            [
                {"program": cell.program, "encoder": cell.encoder, "task": cell.task, "query": place, "delta": delta}
                for cell in self.cells.cells
                if cell.result is not None
                for place, delta in enumerate(cell.result.per_query.tolist())
            ],
            columns=["program", "encoder", "task", "query", "delta"],
        )

    def _repr_html_(self) -> str:
        import pandas as pd

        rows = [
            {
                "program": row.program,
                "c": None if (cost := row.costs.on(self.cost)) is None else round(cost, 2),
                "n": row.summary.n,
                "mean": round(row.summary.mean, 4),
                "low": None if row.interval is None else round(row.interval.low, 4),
                "high": None if row.interval is None else round(row.interval.high, 4),
                "p Holm": None if row.p_holm is None else round(row.p_holm, 4),
            }
            for row in self.programs()
        ]
        over = "whole tasks" if self.analysis.unit == "tasks" else "the queries of these tasks"
        notes = _escaped(" ".join([f"95 % intervals and p over {over}.", *self.analysis.blanks]))
        return f"{_html(pd.DataFrame(rows))}<p>{notes}</p>"


@dataclass(frozen=True)
class Heads:
    """Trained heads and programs in the same three matrices."""

    seen: Matrix
    """On the queries that heads were trained on."""
    in_domain: Matrix
    """On other queries of the same tasks."""
    held_out: Matrix
    """On other tasks."""
    kinds: Kinds = field(default_factory=dict)

    @property
    def parts(self) -> dict[str, Matrix]:
        """The three by name, as `HEADS_TITLES` explains them."""
        return {"seen": self.seen, "in-domain": self.in_domain, "held-out": self.held_out}

    @property
    def complete(self) -> bool:
        """Whether every cell of all is there."""
        return all(matrix.complete for matrix in self.parts.values())

    def less_heads(self, part: str) -> tuple[LessHeads, ...]:
        """Every program of a part less every kind of head, on the same queries."""
        matrix = self.parts[part]
        return programs_less_heads(matrix.cells, self.kinds, seed=matrix.seed)

    def view(self) -> dict[str, Any]:
        """All parts as JSON-ready values, each with `programs_less_heads`."""
        return {
            part: {**matrix.view(), "programs_less_heads": [asdict(one) for one in self.less_heads(part)]}
            for part, matrix in self.parts.items()
        }


def _html(table: "pd.DataFrame") -> str:
    html: str = table.to_html(index=False, na_rep="", border=0)
    return html


def _escaped(text: str) -> str:
    from html import escape

    return escape(text)
