"""A transfer as files: CSV of cells, JSON of everything, LaTeX of the table of programs."""

import csv
from collections.abc import Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from archive import Axis
from harness.text import counted, csv_cell, plain
from harness.transfer.analysis import Analysis, ProgramRow
from harness.transfer.intervals import Interval
from harness.transfer.matrix import Matrix, MatrixCell
from harness.transfer.statistics import Summary

CELL_FIELDS = tuple(field.name for field in fields(MatrixCell) if field.name not in ("spent", "result"))


def write_csv(matrix: Matrix, path: Path) -> None:
    """Write one line a cell, failed and missing ones included, with empty numbers; texts are inert, see `csv_cell`."""
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(CELL_FIELDS)
        writer.writerows([csv_cell(getattr(cell, name)) for name in CELL_FIELDS] for cell in matrix.cells)


def transfer_view(matrix: Matrix, analysis: Analysis) -> dict[str, Any]:
    """Matrix and analysis as a JSON-ready mapping; every figure with its cells."""
    return {
        "metric": "delta of nDCG@10 against the same encoder's cosine",
        "seed": analysis.seed,
        "tests_flip": analysis.unit,
        "left_out": analysis.blanks,
        "encoders": matrix.encoders,
        "tasks": matrix.tasks,
        "programs": [_row_view(row) for row in analysis.rows],
        "pairs": [
            {**asdict(pair.comparison), "p_holm": pair.p_holm, "p_bh": pair.p_bh, "n": len(pair.comparison.cells)}
            for pair in analysis.pairs
        ],
        "oracles": [
            {"oracle": True, "chosen_per": one.chosen_per, "mean": one.mean, "programs": one.programs,
             "n": len(one.cells), "cells": one.cells}
            for one in analysis.oracles
        ],
        "cells": [{name: getattr(cell, name) for name in CELL_FIELDS} for cell in matrix.cells],
    }  # fmt: skip


def _row_view(row: ProgramRow) -> dict[str, Any]:
    return {
        "program": row.program,
        "cost_ratio": row.cost_ratio,
        "cost_tokens": row.costs.tokens,
        "cost_seconds": row.costs.seconds,
        "cost_vectors": row.costs.vectors,
        "scoring": row.costs.scoring,
        "kept_bytes": row.costs.bytes,
        "program_seconds": row.costs.program_seconds,
        "flags": row.costs.flags,
        **_summary_view(row.summary),
        "mean_interval": _interval_view(row.mean_interval),
        "query_interval": _interval_view(row.query_interval),
        "median_interval": _interval_view(row.median_interval),
        "p": row.p,
        "p_holm": row.p_holm,
        "p_bh": row.p_bh,
        "by_encoder": {key: _summary_view(summary) for key, summary in row.by_encoder.items()},
        "by_domain": {key: _summary_view(summary) for key, summary in row.by_domain.items()},
    }


def _summary_view(summary: Summary) -> dict[str, Any]:
    return {
        "n": summary.n,
        "mean": summary.mean,
        "median": summary.median,
        "wins": summary.wins,
        "ties": summary.ties,
        "losses": summary.losses,
        "win_rate": summary.win_rate,
        "worst": {"delta": summary.worst.delta, "task": summary.worst.task, "encoder": summary.worst.encoder},
        "cells": summary.cells,
    }


def _interval_view(interval: Interval | None) -> dict[str, Any] | None:
    return None if interval is None else asdict(interval)


def write_latex(matrix: Matrix, analysis: Analysis, path: Path, axis: Axis = "texts") -> None:
    """Write the table of programs in the style of booktabs, cheapest first on an axis."""
    over = "tasks" if analysis.unit == "tasks" else "the queries of these tasks, nothing is said of others"
    lines = [
        r"% needs \usepackage{booktabs}",
        r"\begin{tabular}{lrrrrrrrr}",
        r"\toprule",
        r"program & $c$ & $n$ & mean $\Delta$ & 95\,\% & median $\Delta$ & W/T/L & worst & $p_\mathrm{Holm}$ \\",
        r"\midrule",
        *(_latex_row(row, axis) for row in analysis.by_cost(axis)),
        r"\bottomrule",
        r"\end{tabular}",
        f"% {counted(len(matrix.encoders), 'encoder')}, {counted(len(matrix.tasks), 'task')}; seed {analysis.seed}; "
        f"cost in {axis}",
        f"% intervals and p over {over}",
        *(f"% {reason}" for reason in analysis.blanks),
    ]
    path.write_text("\n".join(lines) + "\n", "utf-8")


def _latex_row(row: ProgramRow, axis: Axis) -> str:
    summary, interval, cost = row.summary, row.interval, row.costs.on(axis)
    cells = [
        _escape(plain(row.program, 40)),
        "--" if cost is None else f"{cost:.2f}",
        str(summary.n),
        f"${summary.mean:+.4f}$",
        "--" if interval is None else f"$[{interval.low:+.3f}, {interval.high:+.3f}]$",
        f"${summary.median:+.4f}$",
        f"{summary.wins}/{summary.ties}/{summary.losses}",
        f"${summary.worst.delta:+.4f}$",
        "--" if row.p_holm is None else f"{row.p_holm:.3f}",
    ]
    return " & ".join(cells) + r" \\"


def _escape(text: str) -> str:
    special: Sequence[tuple[str, str]] = (
        ("\\", r"\textbackslash "), ("~", r"\textasciitilde "), ("^", r"\textasciicircum "),
        *((character, f"\\{character}") for character in "&%$#_{}"),
    )  # fmt: skip
    translation = {ord(character): replacement for character, replacement in special}
    return text.translate(translation)
