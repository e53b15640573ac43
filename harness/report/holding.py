"""Does it hold? A run's frontier in-domain beside the same programs on held-out tasks, as the first screen tells it."""

import shlex
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from archive import NDCG_AT_10, Archive, Program, Run, costs_of
from harness.programs.named import NamedProgram
from harness.published.place import NAMES, packaged
from harness.screen.frontier import run_cells
from harness.screen.views import costs_line, optimism_line
from harness.settings import groups
from harness.text import plain
from harness.transfer.chosen import choose, rule_of
from harness.transfer.held_out import HeldOutPart, held_out_parts
from harness.transfer.optimism import optimisms
from harness.transfer.statistics import CellDelta
from harness.transfer.verdict import Figure, Verdict, figure_of, verdict

ROWS = 8
"""Programs of the chart at most: those that the rule names, and the costliest of the frontier."""
INSIDE, OUTSIDE = "in-domain", "held out"


def holding(archive: Archive, run: Run, programs: Sequence[Program], front: Collection[str]) -> dict[str, Any]:
    """What a page tells of a run's frontier, by its programs' ids, in-domain and held out; JSON-ready.

    Held out is measured by nDCG@10 alone, so in-domain figures beside it are too. Empty without any result.
    """
    chosen = choose(programs, run.record)
    named = {one.id: what for what, one in (("inductive", chosen.inductive), ("best", chosen.best)) if one is not None}
    if not named:
        return {}
    shown = [program for program in programs if program.id in front or program.id in named]
    inside = {one.id: run_cells(one, run.record, NDCG_AT_10) for one in shown}
    searched = archive.searched_by(run.id)
    parts = held_out_parts(archive, [NamedProgram(one.id, one.record.source, searched) for one in shown])
    own = str(run.record.encoder["fingerprint"])
    parts.sort(key=lambda part: part.fingerprint != own)  # the run's own encoder first
    main = parts[0] if parts else None
    figures = {one.id: (figure_of(inside[one.id]), _figure(main, one.id)) for one in shown}
    judged = [program for program in shown if program.id in named]
    judged.sort(key=lambda program: named[program.id])
    return {
        "rule": rule_of(run.record),
        "encoder": plain(main.encoder) if main else "",
        "own": main is not None and main.fingerprint == own,
        "verdicts": [_verdict(one, named[one.id], inside[one.id], parts, run) for one in judged],
        "command": "" if main else transfer_command(archive, run),
        "rows": [_row(one, *figures[one.id]) for one in shown],
        "chart": _bars(_charted(shown, judged), figures) if main else [],
    }


def transfer_command(archive: Archive, run: Run) -> str:
    """What measures a run's frontier on held-out tasks, as it is typed."""
    encoder = str(run.record.encoder["name"])
    chosen = f"encoder={encoder}" if encoder in groups()["encoder"] else "encoder=NAME"
    path, before = str(archive.path), ""
    for name in NAMES:
        if Path(packaged(name)).resolve() == archive.path.resolve():
            path, before = "mine.db", f"ttc archive export mine.db --archive {name} && "
    return f"{before}ttc transfer frontier:{run.id} {chosen} archive.path={shlex.quote(path)}"


def _figure(part: HeldOutPart | None, program: str) -> Figure | None:
    return None if part is None else figure_of(part.matrix.results(program))


def _verdict(
    program: Program, rule: str, inside: Sequence[CellDelta], parts: Sequence[HeldOutPart], run: Run
) -> dict[str, Any]:
    name = f"program {program.number}, {plain(program.record.name, 60)},"
    cells: Sequence[CellDelta] = parts[0].matrix.results(program.id) if parts else []
    found: Verdict = verdict(name, inside, cells)
    others = {plain(part.encoder): _figure(part, program.id) for part in parts[1:]}
    unseen = [optimism_line(one) for one in optimisms(program, run)]
    return {
        "number": program.number,
        "rule": rule,
        "holds": found.holds,
        "sentence": found.sentence,
        "beside": found.beside,
        "elsewhere": "; ".join(f"with encoder {encoder} {figure}" for encoder, figure in others.items() if figure),
        "unseen": " ".join(unseen),
        "costs": costs_line(costs_of(program.record, run.record)),
        "flags": [plain(flag) for flag in program.record.flags],
    }


def _row(program: Program, inside: Figure | None, outside: Figure | None) -> dict[str, Any]:
    return {"number": program.number, "inside": _told(inside), "outside": _told(outside)}


def _told(figure: Figure | None) -> dict[str, Any] | None:
    if figure is None:
        return None
    ends = {} if figure.interval is None else {"low": figure.interval.low, "high": figure.interval.high}
    rounded = {name: round(value, 5) for name, value in {"mean": figure.mean, **ends}.items()}
    return {**rounded, "tasks": figure.n_tasks, "record": figure.record}


def _charted(shown: Sequence[Program], judged: Sequence[Program]) -> list[Program]:
    """Cheapest first; those that the rule names are always among them."""
    by_cost = sorted(shown, key=lambda program: program.record.cost_ratio or 0.0)
    others = [program for program in by_cost if program not in judged][-(ROWS - len(judged)) :]
    return [program for program in by_cost if program in judged or program in others]


def _bars(
    programs: Sequence[Program], figures: Mapping[str, tuple[Figure | None, Figure | None]]
) -> list[dict[str, Any]]:
    return [
        {
            "id": program.id,
            "program": f"{program.number} {plain(program.record.name, 60)}",
            "kind": kind,
            "delta": told["mean"],
            "low": told.get("low"),
            "high": told.get("high"),
            "tasks": told["tasks"],
        }
        for program in programs
        for kind, figure in zip((INSIDE, OUTSIDE), figures[program.id], strict=True)
        if (told := _told(figure)) is not None
    ]
