"""Everything that an archive has of runs, as dataframes and as Parquet files: one a table."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, fields
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from archive import NDCG_AT_10, Archive, Calls, HeldOut, Measured, OutcomeRecord, Program, Run, Trials, Works
from harness.errors import UsageError
from harness.screen.column import Listing
from harness.screen.columns import LEDGER, RUNS
from harness.screen.frontier import price_all

if TYPE_CHECKING:
    import pandas as pd

Rows = list[dict[str, Any]]
PACKED = ("per_query", "measured", "baseline_per_query")
"""What of an outcome or a task is in rows of its own."""


def frames(archive: Archive, run_ids: Sequence[str] | None = None) -> "dict[str, pd.DataFrame]":
    """Runs, by default all, as dataframes by name; README of the archive says what the columns mean.

    `runs`, `programs` (the columns of `ttc ledger`, and the source), `outcomes` (a program on a task), `per_query` (and
    a query), `tasks`, `calls` to models, `trials`, `work` of machines, `events`; `held_out` are all cells of the
    archive. Lists and mappings are JSON.
    """
    import pandas as pd

    counts = archive.program_counts()
    runs = [archive.run(one) for one in run_ids] if run_ids is not None else archive.runs()
    each = [(run, archive.programs(run.id)) for run in runs]
    made: dict[str, pd.DataFrame] = {
        "runs": listed(RUNS, [(run, counts.get(run.id, 0)) for run in runs]),
        "programs": _joined([_programs(run, programs) for run, programs in each], listed(LEDGER, [])),
        "per_query": _joined([per_query(run, programs) for run, programs in each], per_query_columns()),
    }
    rows: dict[str, Rows] = {
        "outcomes": [_outcome(one, program=program.id) for _, programs in each for program, one in _outcomes(programs)],
        "tasks": [{"run": run.id, **_plain(task)} for run in runs for task in run.record.tasks],
        "calls": [row for run, programs in each for row in _calls(archive, run, programs)],
        "trials": [{"run": run.id, **_plain(trial)} for run in runs for trial in Trials(archive, run.id).all()],
        "work": [{"run": run.id, **_plain(work)} for run in runs for work in Works(archive, run.id).all()],
        "events": [{"run": run.id, **vars(event)} for run in runs for event in archive.events(run.id)],
        "held_out": _held_out(archive),
    }
    made |= {name: pd.DataFrame(some) for name, some in rows.items()}
    return {name: _flat(frame) for name, frame in made.items()}


def write_parquet(archive: Archive, folder: Path, run_ids: Sequence[str] | None = None) -> dict[str, int]:
    """Write the frames of `frames` to a new folder, wholly or not at all; rows by file name.

    Raises UsageError where the folder exists.
    """
    if folder.exists() or folder.is_symlink():
        raise UsageError(f"There is a {folder} already; name another folder, or remove it.")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=folder.parent, prefix=f"{folder.name}.") as temporary:
        whole = Path(temporary) / "whole"
        whole.mkdir()
        written = {}
        for name, frame in frames(archive, run_ids).items():
            if len(frame.columns):
                frame.to_parquet(whole / f"{name}.parquet", index=False)
                written[f"{name}.parquet"] = len(frame)
        whole.rename(folder)
    return written


def listed(listing: "Listing[Any]", rows: Sequence[Any]) -> "pd.DataFrame":
    """Rows of a listing with the columns of its CSV."""
    import pandas as pd

    columns = listing.data_columns
    names = [column.name for column in columns]
    return pd.DataFrame([[column.value(row) for column in columns] for row in rows], columns=names)


def per_query(run: Run, programs: Sequence[Program]) -> "pd.DataFrame":
    """One row a program, task and query: `cosine`, `ndcg`, a column for each other measure, and `delta`.

    Cosine and delta are of the measure that the run searched by. Tasks that a search hides are in it.
    """
    import pandas as pd

    tasks = {task.name: task for task in run.record.tasks}
    parts = []
    for program, outcome in _outcomes(programs):
        found = outcome.by_measure
        if found:
            cosine = tasks[outcome.task].by_measure[run.record.measure].per_query.astype(np.float64)
            delta = found[run.record.measure].per_query.astype(np.float64) - cosine
            key = {"program": program.id, "task": outcome.task, "query": tasks[outcome.task].query_ids}
            parts.append(pd.DataFrame({**key, "cosine": cosine, **by_column(found), "delta": delta}))
    return _joined(parts, per_query_columns())


def per_query_columns() -> "pd.DataFrame":
    """An empty frame of `per_query`."""
    import pandas as pd

    return pd.DataFrame(columns=["program", "task", "query", "cosine", "ndcg", "delta"])


def by_column(measured: Mapping[str, Measured]) -> dict[str, NDArray[np.float64]]:
    """Values per query by column, nDCG@10 first."""
    values = {name: found.per_query.astype(np.float64) for name, found in measured.items()}
    return {"ndcg": values.pop(NDCG_AT_10), **values}


def _joined(parts: "Sequence[pd.DataFrame]", otherwise: "pd.DataFrame") -> "pd.DataFrame":
    import pandas as pd

    filled = [part for part in parts if len(part)]
    return pd.concat(filled, ignore_index=True) if filled else otherwise


def _programs(run: Run, programs: Sequence[Program]) -> "pd.DataFrame":
    frame = listed(LEDGER, price_all(programs, run))
    frame["source"] = [program.record.source for program in programs]
    return frame


def _outcomes(programs: Sequence[Program]) -> Iterator[tuple[Program, OutcomeRecord]]:
    for program in programs:
        for outcome in program.record.outcomes:
            yield program, outcome


def _outcome(outcome: OutcomeRecord, **key: Any) -> dict[str, Any]:
    return {**key, **_plain(outcome), **{name: one.value for name, one in outcome.measured.items()}}


def _plain(record: Any) -> dict[str, Any]:
    return {one.name: getattr(record, one.name) for one in fields(record) if one.name not in PACKED}


def _calls(archive: Archive, run: Run, programs: Sequence[Program]) -> Rows:
    """Of programs, and those beside them."""
    beside = Calls(archive, run.id).beside_programs()
    own = [{"number": program.number, **asdict(call)} for program in programs for call in program.record.usage]
    others = [
        {"number": call.number, **asdict(call.usage), "charged_usd": call.charged_usd, "detail": call.detail}
        for call in beside
    ]
    return [{"run": run.id, **row} for row in (*own, *others)]


def _held_out(archive: Archive) -> Rows:
    held_out = HeldOut(archive)
    encoders = held_out.encoders()
    domains = {(one, task.fingerprint): task.domain for one in encoders for task in held_out.tasks(one)}
    rows = []
    for cell in held_out.cells():
        record = cell.record
        place = (record.encoder_fingerprint, record.task_fingerprint)
        key = {
            "program": record.program,
            "encoder": encoders[place[0]],
            "encoder_fingerprint": place[0],
            "task_fingerprint": place[1],
            "domain": domains[place],
            "attempt": cell.attempt,
            "created": cell.created,
            "code_hash": record.code,
        }
        rows.append(_outcome(record.outcome, **key))
    return rows


def _flat(frame: "pd.DataFrame") -> "pd.DataFrame":
    """Lists and mappings as JSON, so that a column has one type in every tool."""
    for name, kind in frame.dtypes.items():
        if kind.kind == "O":
            frame[name] = [_json(value) for value in frame[name]]
    return frame


def _json(value: Any) -> Any:
    held = isinstance(value, Mapping | list | tuple)
    return json.dumps(value, ensure_ascii=False, default=str) if held else value
