"""The published run told again on the tasks and the encoder given, and its figures beside those that were recorded."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from archive import Program, Run
from harness.proposers.published import ARCHIVE
from harness.published.place import open_archive
from harness.reproduce.run import search_to_end
from harness.text import counted, plain

SAME = 1e-6
"""Deltas of nDCG@10 so close are equal: the same encoder in the same numbers on the same kind of machine."""

CELL = 0.05
"""How far a program's delta on one recorded task may be from the recorded one elsewhere. Recorded in bfloat16: float32
changes places of documents that score almost alike."""


@dataclass(frozen=True)
class Figures:
    """What a program has on some tasks; None where it has no result on one of them."""

    deltas: Mapping[str, float]
    """Task to delta of nDCG@10."""
    mean: float | None = None
    cost_ratio: float | None = None


@dataclass(frozen=True)
class Told:
    """A run and its programs, oldest first."""

    run: Run
    programs: Sequence[Program]

    def figures(self, program: Program, names: Sequence[str]) -> Figures:
        """A program's figures on these tasks, or on all where none is named."""
        tasks = [task for task in self.run.record.tasks if task.name in names or not names]
        found = {each.task: each for each in program.record.outcomes if each.delta is not None}
        deltas = {name: each.delta for name, each in found.items() if each.delta is not None}
        if any(task.name not in found for task in tasks):
            return Figures(deltas)
        again = sum(found[task.name].texts for task in tasks)
        once = sum(task.baseline_texts for task in tasks)
        return Figures(deltas, float(np.mean([deltas[task.name] for task in tasks])), 1 + again / once)


@dataclass(frozen=True)
class Row:
    """A program then and now, on the tasks that both runs have."""

    name: str
    recorded: float | None
    """Mean delta; None where the program failed."""
    here: float | None
    cost_recorded: float | None
    cost_here: float | None
    farthest: float | None
    """Largest difference of a delta on one task; None where the runs share no task or one of them failed."""
    reason: str
    """What this run says of it."""


def replay(folder: Path, overrides: Sequence[str]) -> Path:
    """Tell the published run's programs to a new one, and return the path of the report, published.md in `folder`.

    `overrides` name tasks and encoder. Transductive programs are flagged, as they were then, and not refused, so that
    every recorded figure has one beside it. A second call goes on where the first one stopped.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "published.db"
    recorded, then = _read(ARCHIVE)
    told = sum(program.record.mode != "seed" for program in then)
    all_of_it = ["proposer=published", f"search.generations={told}", "program.transductive=flag"]
    search_to_end(path, [*all_of_it, *overrides, f"archive.path={path}"])
    run, now = _read(path)
    report = folder / "published.md"
    report.write_text(write_comparison(recorded, then, run, now), "utf-8")
    return report


def write_comparison(recorded: Run, then: Sequence[Program], run: Run, now: Sequence[Program]) -> str:
    """The report: each program then and now, in Markdown."""
    shared = shared_tasks(recorded, run)
    rows = compare(Told(recorded, then), Told(run, now), shared)
    lines = [
        "# The published run, replayed", "",
        f"Recorded: encoder {_encoder(recorded)}, {counted(len(recorded.record.tasks), 'task')}. "
        f"Here: encoder {_encoder(run)}, {counted(len(run.record.tasks), 'task')}. "
        "Deltas are of nDCG@10 against each encoder's own cosine.", "",
        *_verdict(rows, shared), "",
        "| program | c recorded | c here | mean delta recorded | here | farthest task | said here |",
        "|---|--:|--:|--:|--:|--:|---|",
    ]  # fmt: skip
    return "\n".join([*lines, *map(_line, rows)]) + "\n"


def shared_tasks(recorded: Run, run: Run) -> list[str]:
    """Names of the tasks that are the same, judgments and drawn queries too, in both runs."""
    known = {task.fingerprint for task in recorded.record.tasks}
    return [task.name for task in run.record.tasks if task.fingerprint in known]


def compare(then: Told, now: Told, shared: Sequence[str]) -> list[Row]:
    """Each program that both runs have, by name, on the shared tasks; on all tasks of each where there are none."""
    here = {program.record.name: program for program in now.programs}
    return [
        _row(before, then.figures(before, shared), after, now.figures(after, shared), shared)
        for before in then.programs
        if (after := here.get(before.record.name)) is not None
    ]


def _row(then: Program, recorded: Figures, now: Program, here: Figures, shared: Sequence[str]) -> Row:
    far = None
    if shared and recorded.mean is not None and here.mean is not None:
        far = max(abs(here.deltas[name] - recorded.deltas[name]) for name in shared)
    return Row(
        name=then.record.name,
        recorded=recorded.mean,
        here=here.mean,
        cost_recorded=recorded.cost_ratio,
        cost_here=here.cost_ratio,
        farthest=far,
        reason=", ".join(now.record.flags) if now.record.verdict == "ok" else now.record.verdict,
    )


def _verdict(rows: Sequence[Row], shared: Sequence[str]) -> list[str]:
    pairs = [(row.recorded, row.here) for row in rows if row.recorded is not None and row.here is not None]
    said = [f"{len(pairs)} of {counted(len(rows), 'program')} have a result in both."]
    if len(pairs) > 2:
        from scipy.stats import spearmanr  # takes a second to import

        order = float(spearmanr(*zip(*pairs, strict=True)).statistic)
        said.append(f"Rank correlation of their mean deltas: {order:+.2f}.")
    if not shared:
        return [*said, "No task is one of those recorded, so the figures stand side by side and need not agree."]
    far = [row.farthest for row in rows if row.farthest is not None]
    if not far:
        return [*said, "No program has a result on every shared task in both runs."]
    equal, within = sum(each <= SAME for each in far), sum(each <= CELL for each in far)
    means = [abs(row.here - row.recorded) for row in rows if row.here is not None and row.recorded is not None]
    return [
        *said,
        f"On {counted(len(shared), 'shared task')} ({', '.join(shared)}) {equal} of {counted(len(far), 'program')} had "
        f"the figures recorded (within {SAME:g} on every task), and {within} had them within {CELL}; "
        f"the mean over those tasks differs by {max(means):.4f} at most and "
        f"by {float(np.median(means)):.4f} in the median.",
    ]


def _line(row: Row) -> str:
    figures = (
        _number(row.cost_recorded, ".2f"),
        _number(row.cost_here, ".2f"),
        _number(row.recorded, "+.4f"),
        _number(row.here, "+.4f"),
        _number(row.farthest, ".4f"),
    )
    return f"| {plain(row.name, 50)} | {' | '.join(figures)} | {plain(row.reason, 60)} |"


def _number(value: float | None, how: str) -> str:
    return "" if value is None else format(value, how)


def _encoder(run: Run) -> str:
    return f"{run.record.encoder['name']} in {run.record.encoder['dtype']}"


def _read(archive: str | Path) -> tuple[Run, list[Program]]:
    with open_archive(archive, read_only=True) as opened:
        run = opened.runs()[0]
        return run, opened.programs(run.id)
