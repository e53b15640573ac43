"""What is known of a program, as its package tells it: where it comes from, its cost, what was measured."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from archive import NOTHING, Archive, HeldOut, OutcomeRecord, Overlap, Program, Run, Searched, TaskRecord
from archive.rows import source_hash
from harness.encoders.meter import Cost
from harness.errors import UsageError
from harness.programs.find import find_source, origin_of, require_allowed
from harness.programs.fingerprint import code_hash
from harness.published.place import is_packaged, open_archive, split


@dataclass(frozen=True)
class Measured:
    """One measured cell."""

    task: str
    encoder: str
    n_queries: int
    baseline_ndcg: float
    ndcg: float
    delta: float
    held_out: bool
    shared: str = ""
    """What a held-out cell shares with the search, where it is something."""


@dataclass(frozen=True)
class ProgramFacts:
    """A program and what is known of it."""

    name: str
    source: str
    source_hash: str
    origin: str
    """One sentence: run, author, seed; or file; or reference program."""
    cost_ratio: float | None
    """Over the tasks of its run, or else over its held-out cells; None where nothing was measured."""
    cost_from: str
    flags: tuple[str, ...]
    prompts: dict[str, str]
    """Role to prompt that the run's settings gave the encoder."""
    adapters: tuple[str, ...]
    cells: tuple[Measured, ...]


def gather(named: str, archive_path: str) -> ProgramFacts:
    """Look a program up by id, file or reference name, with its measurements in the archive, if there is one.

    Raises UsageError or ArchiveError where there is no such program, UsageError where it breaks a static rule.
    """
    origin, source = origin_of(named), find_source(named, archive_path)
    if origin != "archive":
        require_allowed(Path(named).stem, source)
    archive_path, named = split(named, archive_path) if origin == "archive" else (archive_path, named)
    if not Path(archive_path).exists() and not is_packaged(archive_path):
        return _from_source(named, source, (), None)
    with open_archive(archive_path, read_only=True) as archive:
        searched = archive.searched().get(source_hash(source), NOTHING)
        if origin != "archive":
            return _from_source(named, source, *_recorded(archive, source, searched))
        program = archive.program(named)
        run = archive.run(program.run_id)
        cells, _ = _recorded(archive, source, searched | archive.searched_by(run.id))
        return _from_run(program, run, cells)


def _from_source(named: str, source: str, cells: tuple[Measured, ...], cost: float | None) -> ProgramFacts:
    reference = origin_of(named) == "reference"
    return ProgramFacts(
        name=Path(named).stem,
        source=source,
        source_hash=source_hash(source),
        origin=f"The reference program {named} of ttc-retrieval." if reference else f"The file {Path(named).name}.",
        cost_ratio=cost,
        cost_from="its held-out cells" if cost is not None else "",
        flags=(),
        prompts={},
        adapters=(),
        cells=cells,
    )


def _from_run(program: Program, run: Run, recorded: tuple[Measured, ...]) -> ProgramFacts:
    record = program.record
    if record.mean_delta is None:
        raise UsageError(
            f"Program {program.id} has no result on every task ({record.verdict}), so there is nothing to put to use; "
            "`ttc frontier` lists those that have."
        )
    encoder = run.record.config.get("encoder", {})
    author = record.model or ("a seed" if record.mode == "seed" else f"mode {record.mode}")
    return ProgramFacts(
        name=record.name,
        source=record.source,
        source_hash=source_hash(record.source),
        origin=f"Program {program.id} of a discovery run with seed {run.record.seed}, written by {author}.",
        cost_ratio=record.cost_ratio,
        cost_from=f"the {record.n_tasks} tasks of its run",
        flags=tuple(record.flags),
        prompts=dict(encoder.get("prompts") or {}),
        adapters=tuple(encoder.get("adapters") or ()),
        cells=_joined(_searched(program, run), recorded),
    )


def _joined(searched: Sequence[Measured], recorded: Sequence[Measured]) -> tuple[Measured, ...]:
    """A search's outcomes, then what was measured elsewhere; a search's task that was measured again stands once."""
    own = {(cell.task, cell.encoder) for cell in searched}
    return (*searched, *(cell for cell in recorded if cell.held_out or (cell.task, cell.encoder) not in own))


def _searched(program: Program, run: Run) -> list[Measured]:
    tasks = {task.name: task for task in run.record.tasks}
    encoder = str(run.record.encoder["name"])
    return [
        _measured(outcome, tasks[outcome.task], encoder, held_out=False)
        for outcome in program.record.outcomes
        if outcome.delta is not None
    ]


def _recorded(archive: Archive, source: str, searched: Searched) -> tuple[tuple[Measured, ...], float | None]:
    """A program's cells, latest attempt of each, and the cost ratio over those that are held out.

    Cells on `searched` tasks are not.
    """
    held_out = HeldOut(archive)
    own = code_hash(source)
    names = held_out.encoders()
    known = {encoder: held_out.known(encoder) for encoder in names}
    cells, extra, baseline = [], Cost(), Cost()
    for (code, encoder, fingerprint), cell in held_out.latest().items():
        outcome = cell.record.outcome
        if code != own or outcome.delta is None:
            continue
        task = {task.fingerprint: task for task in held_out.tasks(encoder)}[fingerprint]
        overlap = searched.overlap(known[encoder][fingerprint])
        shared = _shared(overlap)
        cells.append(_measured(outcome, task, names[encoder], held_out=not overlap.seen, shared=shared))
        if not overlap.seen:
            extra += Cost(texts=outcome.texts)
            baseline += Cost(texts=task.baseline_texts)
    return tuple(cells), extra.ratio_to(baseline) if baseline.texts else None


def _shared(overlap: Overlap) -> str:
    if overlap.partial:
        return f"shares {overlap} with the search"
    return "" if overlap.by_content else "known to be held out by its name alone"


def _measured(outcome: OutcomeRecord, task: TaskRecord, encoder: str, *, held_out: bool, shared: str = "") -> Measured:
    assert outcome.ndcg is not None
    # The outcome's own delta may be of another measure.
    delta = outcome.ndcg - task.baseline_ndcg
    return Measured(
        task.name, encoder, task.n_queries - len(task.unseen), task.baseline_ndcg, outcome.ndcg, delta, held_out, shared
    )
