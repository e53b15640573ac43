"""What a page shows, as JSON-ready values. Texts of others are made harmless and cut here, once."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np

from archive import (
    NDCG_AT_10,
    NOTHING,
    Archive,
    Axis,
    CallRecord,
    Calls,
    Cell,
    Costs,
    Event,
    HeldOut,
    KnownTask,
    OutcomeRecord,
    Overlap,
    Program,
    Run,
    RunRecord,
    Searched,
    TaskRecord,
    UsageRecord,
    Works,
    axis_of,
    costs_of,
    priced,
)
from harness.report.charts import run_charts, titles
from harness.report.fitting import unseen_of
from harness.report.front import best_so_far, front_ids
from harness.report.holding import holding
from harness.report.intervals import METHOD, query_intervals
from harness.text import plain, visible

NAME = 200
TEXT = 4_000
SOURCE = 200_000
"""Characters kept of a name, of a sentence or two, and of a program."""


def whole_run(archive: Archive, run: Run, programs: Sequence[Program], axis: Axis | None = None) -> dict[str, Any]:
    """A run without its programs as `run_data` has it, the work of its machines, and whether its frontier holds on
    held-out tasks."""
    calls = Calls(archive, run.id).beside_programs()
    shown = run_data(run, programs, archive.events(run.id), calls, axis)
    on_axis = priced(programs, run.record, axis or axis_of(run.record))
    held = holding(archive, run, on_axis, {f"{run.id}.{number}" for number in shown["frontier"]})
    rows = held.pop("chart", [])
    chart = {"data": {"held": rows}, "params": {}, "titles": shown["titles"]}
    work = [harmless(vars(one)) for one in Works(archive, run.id).all()]
    return {**shown, "work": work, "holding": held, "charts": shown["charts"] | ({"holding": chart} if rows else {})}


def run_data(
    run: Run,
    programs: Sequence[Program],
    events: Sequence[Event],
    calls: Sequence[CallRecord],
    axis: Axis | None = None,
) -> dict[str, Any]:
    """A run without its programs: what it is, what it was made with, its charts, and the calls beside programs.

    Its frontier and charts count cost on the axis, by default the run's own.
    """
    record = run.record
    axis = axis or axis_of(record)
    programs = priced(programs, record, axis)
    front = front_ids(programs)
    return {
        "id": run.id,
        "created": run.created,
        "ended": run.ended,
        "status": run.status,
        "objective": plain(record.objective),
        "seed": record.seed,
        "intervals": METHOD,
        "encoder": harmless(record.encoder),
        "versions": harmless(record.versions),
        "machine": harmless(record.machine),
        "isolation": harmless(record.isolation),
        "config": harmless(record.config),
        "tasks": [_task(task, record.measure) for task in record.tasks],
        "events": [
            {"created": event.created, "kind": plain(event.kind), "message": plain(event.message, TEXT)}
            for event in events
        ],
        "calls": [
            {**_call(call.usage), "number": call.number, "most": call.charged_usd, "detail": plain(call.detail, TEXT)}
            for call in calls
        ],
        "frontier": [program.number for program in programs if program.id in front],
        "unseen": {program.number: unseen_of(program, run) for program in programs if program.id in front},
        "titles": titles(run, axis),
        "charts": run_charts(run, programs, front, best_so_far(programs), axis, calls),
    }


def program_data(programs: Sequence[Program], run: RunRecord, axis: Axis | None = None) -> list[dict[str, Any]]:
    """Programs of a run with their sources, outcomes and intervals; `cost` is on the axis, by default the run's own."""
    intervals = {task.name: _intervals(programs, task, run.measure) for task in run.tasks}
    return [
        _program(program, intervals, run.measure, costs_of(program.record, run), axis or axis_of(run))
        for program in programs
    ]


def transfer_data(archive: Archive) -> list[dict[str, Any]]:
    """Held-out cells by encoder: the latest attempt of each program on each task.

    Cells on tasks whose texts, half of them or more, a run which wrote the program searched on are left out: those are
    not held out. `shared` tells a smaller overlap.
    """
    held_out = HeldOut(archive)
    searched = archive.searched()
    encoders = []
    known = {encoder: held_out.known(encoder) for encoder in held_out.encoders()}
    shared = cache(Searched.overlap)  # many programs of a run on the same tasks
    compared = [
        (cell, shared(searched.get(cell.source_hash, NOTHING), _task_of(cell, known)))
        for cell in held_out.latest().values()
    ]
    unseen = sorted(((cell, share) for cell, share in compared if not share.seen), key=lambda one: one[0].created)
    for fingerprint, name in held_out.encoders().items():
        tasks = {task.fingerprint: task for task in held_out.tasks(fingerprint)}
        encoders.append(
            {
                "encoder": plain(name, NAME),
                "fingerprint": plain(fingerprint, NAME),
                "cells": [
                    {
                        "program": plain(cell.record.program, NAME),
                        "task": plain(cell.record.outcome.task, NAME),
                        "shared": _shared(share),
                        "n": tasks[cell.record.task_fingerprint].n_queries,
                        **_result(
                            cell.record.outcome, _interval(cell.record.outcome, tasks[cell.record.task_fingerprint])
                        ),
                    }
                    for cell, share in unseen
                    if cell.record.encoder_fingerprint == fingerprint
                ],
            }
        )
    return encoders


def _shared(share: Overlap) -> str:
    return str(share) if share.partial else "" if share.by_content else "names differ, texts unknown"


def _task_of(cell: Cell, known: Mapping[str, Mapping[str, KnownTask]]) -> KnownTask:
    return known[cell.record.encoder_fingerprint][cell.record.task_fingerprint]


def harmless(value: Any) -> Any:
    """The same values with every text in them made harmless."""
    if isinstance(value, Mapping):
        return {plain(str(key), NAME): harmless(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [harmless(part) for part in value]
    return plain(value, TEXT) if isinstance(value, str) else value


def _task(task: TaskRecord, measure: str) -> dict[str, Any]:
    return {
        "name": plain(task.name, NAME),
        "split": task.split,
        "source": plain(task.source, NAME),
        "domain": plain(task.domain, NAME),
        "queries": task.n_queries - len(task.unseen),
        "unseen": len(task.unseen),
        "documents": task.n_documents,
        "baseline": task.by_measure[measure].value,
        "fingerprint": plain(task.fingerprint, NAME),
        "notes": [plain(note, TEXT) for note in task.notes],
    }


def _program(
    program: Program,
    intervals: Mapping[str, Mapping[str, Sequence[float]]],
    measure: str,
    costs: Costs,
    axis: Axis,
) -> dict[str, Any]:
    record = program.record
    return {
        "number": program.number,
        "id": program.id,
        "created": program.created,
        "generation": record.generation,
        "name": plain(record.name, NAME),
        "status": record.status,
        "verdict": plain(record.verdict, NAME),
        "reason": plain(record.reason, TEXT),
        "delta": _rounded(record.mean_delta),
        "unseen": {"queries": _rounded(record.unseen_delta), "tasks": _rounded(record.unseen_tasks_delta)},
        "worth": _rounded(record.worth),
        "cost": _rounded(costs.on(axis)),
        "costs": {name: _rounded(value) for name, value in vars(costs).items()},
        "wins": record.wins,
        "ties": record.ties,
        "losses": record.losses,
        "parents": record.parents,
        "mode": plain(record.mode, NAME),
        "model": plain(record.model, NAME),
        "flags": [plain(flag, NAME) for flag in (*record.flags, *costs.flags)],
        "rules": [
            {"code": plain(str(v["code"]), NAME), "line": v["line"], "message": plain(str(v["message"]), TEXT)}
            for v in record.violations
        ],
        "novelty": visible(record.novelty_claim, TEXT),
        "expected": visible(record.expected_effect, TEXT),
        "lesson": visible(record.lesson, TEXT),
        "source": visible(record.source, SOURCE),
        "outcomes": [
            {
                "task": plain(outcome.task, NAME),
                "verdict": outcome.verdict,
                "reason": plain(outcome.reason, TEXT) if outcome.verdict != "ok" else "",
                **_result(outcome, intervals.get(outcome.task, {}).get(program.id), measure),
                "texts": outcome.texts,
                "tokens": outcome.tokens,
                "cpu": _rounded(outcome.cpu_s),
                "flags": [plain(flag, NAME) for flag in outcome.flags],
            }
            for outcome in record.outcomes
        ],
        "usage": [_call(call) for call in record.usage],
    }


def _call(call: UsageRecord) -> dict[str, Any]:
    return {name: plain(value, NAME) if isinstance(value, str) else value for name, value in vars(call).items()}


def _result(outcome: OutcomeRecord, interval: Sequence[float] | None, measure: str = NDCG_AT_10) -> dict[str, Any]:
    low, high = interval or (None, None)
    found = outcome.by_measure.get(measure)
    return {
        "value": found and _rounded(found.value),
        "delta": _rounded(outcome.delta),
        "low": _rounded(low),
        "high": _rounded(high),
    }


def _intervals(programs: Sequence[Program], task: TaskRecord, measure: str) -> dict[str, list[float]]:
    """By program id, where there are per-query values: of the queries that deltas are of."""
    ids, rows = [], []
    for program in programs:
        for outcome in program.record.outcomes:
            if outcome.task == task.name and (found := outcome.by_measure):
                ids.append(program.id)
                gains = found[measure].per_query - task.by_measure[measure].per_query
                rows.append(np.delete(gains, task.unseen))
    return dict(zip(ids, query_intervals(np.stack(rows)).tolist(), strict=True)) if rows else {}


def _interval(outcome: OutcomeRecord, task: TaskRecord) -> list[float] | None:
    if outcome.per_query is None:
        return None
    found: list[float] = query_intervals((outcome.per_query - task.baseline_per_query)[None]).tolist()[0]
    return found


def _rounded(value: float | None) -> float | None:
    return None if value is None or not np.isfinite(value) else round(float(value), 5)
