"""The texts of a shelf: what an author may read of each program, of all together, and of the run."""

import csv
import io
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

import numpy as np

from archive import Program, RunRecord, TaskRecord, TrialRecord, costs_of, non_dominated, pricer
from harness.programs.operations.calls import called_operations
from harness.programs.view import LedgerRow
from harness.search.feedback import row_by_bit
from harness.search.recording import known_from_record
from harness.text import counted, csv_cell, visible

TEXT = 20_000
"""Characters of an author's own words that are kept."""


@dataclass(frozen=True)
class Entry:
    """What the pages about all programs need of one."""

    number: int
    row: LedgerRow
    verdict: str
    flags: tuple[str, ...]
    operations: tuple[str, ...]


class Pages:
    """Pages of one run, as its author may see them: of searched tasks and queries alone; with `by_bit` no figure that
    was measured against judgments."""

    def __init__(self, run_id: str, run: RunRecord, *, by_bit: bool) -> None:
        self._run_id = run_id
        self._run = run
        self._by_bit = by_bit
        self._tasks = [task for task in run.tasks if task.split == "search"]
        self._hidden = frozenset(task.name for task in run.tasks if task.split != "search")

    def entry(self, program: Program) -> Entry:
        """What later pages need of a program."""
        record = program.record
        row = known_from_record(program.id, record, self._hidden, self._run.measure, pricer(self._run)).row
        flags = tuple(dict.fromkeys((*record.flags, *costs_of(record, self._run).flags)))
        operations = tuple(finding.operation for finding in called_operations(record.source))
        return Entry(program.number, row_by_bit(row) if self._by_bit else row, record.verdict, flags, operations)

    def of_run(self) -> dict[str, str]:
        """Path to text of what never changes."""
        if self._by_bit:
            return {}
        rows = [
            (task.name, number, f"{value:.4f}")
            for task in self._tasks
            for number, value in enumerate(_seen(task.by_measure[self._run.measure].per_query, task), start=1)
        ]
        return {"cosine.csv": _csv(("task", "query", self._run.measure), rows)}

    def of_program(self, program: Program, entry: Entry) -> dict[str, str]:
        """Path to text of what is told of one program; it never changes."""
        folder = f"programs/{program.number:04d}"
        pages = {
            f"{folder}/program.py": program.record.source,
            f"{folder}/about.md": _about(program, entry, self._by_bit),
            f"{folder}/tasks.csv": self._outcomes(program),
        }
        if not self._by_bit:
            pages[f"{folder}/queries.csv"] = self._queries(program)
        return pages

    def of_all(
        self, entries: Sequence[Entry], notes: Sequence[tuple[int, str]], trials: Sequence[TrialRecord]
    ) -> dict[str, str]:
        """Path to text of the index, which changes with every program."""
        pages = {
            "README.md": self._readme(entries),
            "programs.csv": self._index(entries),
            "operations.csv": self._operations(entries),
        }
        if notes:
            parts = [f"# Before program {number}\n\n{visible(text.strip(), TEXT)}\n" for number, text in notes]
            pages["notes.md"] = "\n".join(parts)
        looks = [trial for trial in trials if trial.number <= len(entries)]
        if looks and not self._by_bit:
            pages["trials.csv"] = _csv(TRIAL, map(_trial, looks))
        return pages

    def _outcomes(self, program: Program) -> str:
        """A row for each searched task that the program was run on."""
        names = ["task", "verdict", "texts", "tokens", "encoder_seconds", "cpu_s", "flags", "reason"]
        if not self._by_bit:
            names[2:2] = [self._run.measure, "delta"]
        rows = []
        for outcome in program.record.outcomes:
            if outcome.task in self._hidden:
                continue
            found = outcome.by_measure.get(self._run.measure)
            measured = [_figure(found.value if found else None, ""), _figure(outcome.delta)]
            costs = [outcome.texts, outcome.tokens, f"{outcome.encoder_seconds:.3f}", f"{outcome.cpu_s:.3f}"]
            told = [] if self._by_bit else measured
            reason = "" if outcome.verdict == "ok" else outcome.reason
            rows.append([outcome.task, outcome.verdict, *told, *costs, " ".join(outcome.flags), reason])
        return _csv(names, rows)

    def _queries(self, program: Program) -> str:
        """A row for each searched query: what the program gains on it."""
        found = {outcome.task: outcome.by_measure for outcome in program.record.outcomes}
        measure = self._run.measure
        rows = [
            (task.name, number, f"{gain:+.4f}")
            for task in self._tasks
            if (measured := found.get(task.name))
            for number, gain in enumerate(
                _seen(measured[measure].per_query - task.by_measure[measure].per_query, task), start=1
            )
        ]
        return _csv(("task", "query", "delta"), rows)

    def _index(self, entries: Sequence[Entry]) -> str:
        figures = [] if self._by_bit else ["mean_delta", "wins", "ties", "losses", *(task.name for task in self._tasks)]
        names = ["program", "name", "status", "verdict", "parents", "cost", "flags", "operations", *figures]
        rows = []
        for entry in entries:
            row = entry.row
            told = [_label(entry.row.id), row.name, row.status, entry.verdict, " ".join(map(_label, row.parents))]
            told += [_figure(row.cost_ratio, ""), " ".join(entry.flags), "; ".join(entry.operations)]
            if not self._by_bit:
                told += [_figure(row.mean_delta), str(row.wins), str(row.ties), str(row.losses)]
                told += [_figure(row.deltas.get(task.name)) for task in self._tasks]
            rows.append(told)
        return _csv(names, rows)

    def _operations(self, entries: Sequence[Entry]) -> str:
        """What the programs that call an operation's primitives came to."""
        by_operation: dict[str, list[Entry]] = defaultdict(list)
        for entry in entries:
            for operation in entry.operations:
                by_operation[operation].append(entry)
        names = ["operation", "programs", "admitted", *([] if self._by_bit else ["mean_delta", "best_delta"])]
        rows = []
        for operation, found in sorted(by_operation.items()):
            deltas = [entry.row.mean_delta for entry in found if entry.row.mean_delta is not None]
            admitted = sum(entry.row.status == "admitted" for entry in found)
            measured = [_figure(fmean(deltas) if deltas else None), _figure(max(deltas, default=None))]
            rows.append([operation, len(found), admitted, *([] if self._by_bit else measured)])
        return _csv(names, rows)

    def _readme(self, entries: Sequence[Entry]) -> str:
        n_admitted = sum(entry.row.status == "admitted" for entry in entries)
        best = [] if self._by_bit else ["", "## The frontier, cheapest first", "", *self._frontier(entries)]
        deltas = f" Deltas are of {self._run.measure}: a program's mean less that of the same encoder's cosine."
        deltas = "" if self._by_bit else deltas
        tasks = [
            f"* {task.name}: {counted(task.n_queries - len(task.unseen), 'query', 'queries')} that figures are of"
            for task in self._tasks
        ]
        files = [
            "* `programs.csv`: every program in a row, and what it gains on each task",
            "* `operations.csv`: what the programs that use an operation came to",
            "* `programs/0007/program.py`: the source of p7; `about.md` beside it is its author's claim and lesson, "
            "its verdict and flags; `tasks.csv` and `queries.csv` are what it gains and costs, by task and by query",
            "* `cosine.csv`: the cosine on each query, numbered as in `queries.csv`",
            "* `trials.csv`, where there are any: looks at programs on a part of the queries (0: on all), each before "
            "the program of that number was written",
            "* `notes.md`, where there are any: what authors before you summed up",
        ]
        look = " `ttc try latest FILE --part 2` measures a program that is not told yet on a fifth of the queries."
        if self._by_bit:
            look = ""
            files = [
                "* `programs.csv`: every program in a row: whether it was admitted, and what it costs",
                "* `operations.csv`: the programs that use an operation",
                "* `programs/0007/program.py`: the source of p7; `about.md` beside it is its author's claim and "
                "lesson, `tasks.csv` what it costs",
                files[-1],
            ]
        return "\n".join(
            [
                f"{HEAD}{self._run_id}",
                "",
                f"{counted(len(entries), 'program')}, {n_admitted} admitted.{deltas} Files are rewritten as "
                "programs are recorded; they can be read, not changed.",
                "",
                "## Files",
                "",
                *files,
                "",
                "Two programs side by side: `diff -u programs/0003/program.py programs/0007/program.py`, or where the "
                "archive is at hand `ttc diff 3 7`; `ttc show 7` and `ttc lineage 7` tell of one."
                f"{look}",
                "",
                "## Tasks",
                "",
                *tasks,
                *best,
                "",
            ]
        )

    def _frontier(self, entries: Sequence[Entry]) -> list[str]:
        points = [
            (entry.row.cost_ratio, entry.row.worth, entry)
            for entry in entries
            if entry.verdict == "ok" and entry.row.status != "rejected"
            if entry.row.cost_ratio is not None and entry.row.worth is not None
        ]
        kept = [points[at][2].row for at in non_dominated([cost for cost, *_ in points], [w for _, w, _ in points])]
        return [
            f"* {_label(row.id)} {visible(row.name, 200)}: delta {_figure(row.mean_delta)}, "
            f"cost {_figure(row.cost_ratio, '')}"
            for row in kept
        ]


HEAD = "# Run "
"""Stands before the run's id in the first line of README.md."""


def _about(program: Program, entry: Entry, by_bit: bool) -> str:
    record, row = program.record, entry.row
    lines = [
        f"# {_label(row.id)} {visible(row.name, 200)}",
        "",
        f"{row.status}, verdict {entry.verdict}. {visible(row.reason, TEXT)}".rstrip(),
        "",
        f"* parents: {', '.join(map(_label, row.parents)) or 'none'}",
        f"* written as: {record.mode}{f', by {visible(record.model, 200)}' if record.model else ''}",
        f"* cost: {_figure(row.cost_ratio, '') or 'unknown'}",
    ]
    if not by_bit:
        lines += [
            f"* delta: {_figure(row.mean_delta) or 'none'}",
            f"* tasks won, tied, lost: {row.wins}, {row.ties}, {row.losses}",
        ]
    lines += [f"* flags: {', '.join(entry.flags) or 'none'}", f"* operations: {', '.join(entry.operations) or 'none'}"]
    lines += [
        f"* rule {one['code']}, line {one['line']}: {visible(str(one['message']), 500)}" for one in record.violations
    ]
    lines += [f"* note: {note}" for note in row.notes]
    words = {
        "Claim": record.novelty_claim,
        "Expected effect": record.expected_effect,
        "Lesson on what came before": record.lesson,
    }
    for heading, text in words.items():
        if text:
            lines += ["", f"## {heading}", "", visible(text.strip(), TEXT)]
    return "\n".join(lines) + "\n"


def _seen(per_query: Any, task: TaskRecord) -> list[float]:
    """The values of a task's searched queries, in order."""
    values: list[float] = np.delete(per_query, task.unseen).tolist()
    return values


def _label(program_id: str) -> str:
    """How briefings call a program: RUN.7 is p7."""
    return f"p{program_id.rpartition('.')[2]}"


def _figure(value: float | None, sign: str = "+") -> str:
    return "" if value is None else f"{value:{sign}.4f}"


TRIAL = ("for", "name", "part", "verdict", "delta", "error", "against", "gain", "gain_error")
"""Columns of trials; `against` is the best program then, `gain` what is gained over it on the same queries."""


def _trial(trial: TrialRecord) -> list[str]:
    against = "" if trial.against is None else _label(trial.against)
    figures = [_figure(trial.mean_delta), _figure(trial.error, ""), against, _figure(trial.gain)]
    return [f"p{trial.number}", trial.name, str(trial.part), trial.verdict, *figures, _figure(trial.gain_error, "")]


def _csv(names: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(names)
    writer.writerows([_cell(value) for value in row] for row in rows)
    return text.getvalue()


def _cell(value: Any) -> Any:
    """Figures as they are written, other texts such that no spreadsheet takes them for a formula."""
    figure = isinstance(value, str) and value[:1] in "+-" and value[1:].replace(".", "", 1).isdecimal()
    return value if figure else csv_cell(value)
