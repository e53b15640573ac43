"""The matrix of a transfer, read back from the archive: programs x encoders x tasks."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cache

import numpy as np

from archive import Archive, Cell, HeldOut, Overlap, Searched, Spent, TaskRecord
from harness.encoders.protocol import EncoderIdentity
from harness.programs.named import NamedProgram
from harness.transfer.statistics import CellDelta


@dataclass(frozen=True)
class MatrixCell:
    """One program with one encoder on one task, as far as it is known."""

    program: str
    encoder: str
    task: str
    domain: str
    baseline: float
    """Cosine's nDCG@10."""
    baseline_texts: int
    verdict: str
    """`missing` where the cell was not evaluated."""
    reason: str = ""
    ndcg: float | None = None
    delta: float | None = None
    texts: int = 0
    tokens: int = 0
    encoder_seconds: float = 0.0
    wall_s: float = 0.0
    attempts: int = 0
    cpu_s: float = 0.0
    n_queries: int = 0
    baseline_tokens: int = 0
    baseline_seconds: float = 0.0
    in_search: bool = False
    """Whether the run that found the program searched on half of this task or more: then the cell is not held out."""
    shared_queries: float = 0.0
    """The share of its queries that the run searched on; see `archive.Overlap`."""
    shared_documents: float = 0.0
    """Likewise of its documents."""
    by_content: bool = True
    """False where an older archive has names and fingerprints of the run's tasks alone."""
    baseline_vectors: int | None = None
    vectors: int | None = None
    kept_bytes: int | None = None
    index_bytes: int = 0
    similarity_s: float | None = None
    spent: Spent = field(default_factory=Spent)
    """What its costs are made of; nothing where the cell was not evaluated."""
    result: CellDelta | None = None
    """With its per-query deltas; None unless the verdict is `ok`."""


@dataclass(frozen=True)
class Matrix:
    """Cells in the order of programs, encoders and tasks asked for."""

    programs: tuple[str, ...]
    encoders: tuple[str, ...]
    tasks: tuple[str, ...]
    cells: tuple[MatrixCell, ...]

    def of(self, program: str) -> list[MatrixCell]:
        """A program's cells."""
        return [cell for cell in self.cells if cell.program == program]

    def results(self, program: str) -> list[CellDelta]:
        """A program's cells that have a result."""
        return [cell.result for cell in self.of(program) if cell.result is not None]


def read_matrix(
    archive: Archive,
    programs: Sequence[NamedProgram],
    encoders: Sequence[EncoderIdentity],
    task_fingerprints: Sequence[str],
) -> Matrix:
    """Read the cells asked for; of a cell that was evaluated again, the latest attempt."""
    held_out = HeldOut(archive)
    latest = held_out.latest()
    names = _encoder_names(encoders)
    tasks = {encoder: {task.fingerprint: task for task in held_out.tasks(encoder)} for encoder in names}
    known = {fingerprint: task for encoder in names for fingerprint, task in held_out.known(encoder).items()}

    @cache  # programs of one run have searched on the same
    def shared(searched: Searched) -> dict[str, Overlap]:
        return {each: searched.overlap(known[each]) for each in task_fingerprints if each in known}

    cells = []
    for program in programs:
        for encoder, name in names.items():
            for fingerprint, overlap in shared(program.searched).items():
                if task := tasks[encoder].get(fingerprint):
                    found = latest.get((program.code, encoder, fingerprint))
                    cells.append(_cell(program, name, task, overlap, found))
    return Matrix(
        programs=tuple(program.name for program in programs),
        encoders=tuple(names[encoder.fingerprint] for encoder in encoders),
        tasks=tuple(dict.fromkeys(cell.task for cell in cells)),
        cells=tuple(cells),
    )


def _encoder_names(encoders: Sequence[EncoderIdentity]) -> dict[str, str]:
    """Fingerprint to name; two variants of one model are told apart by their fingerprints."""
    names = [encoder.name for encoder in encoders]
    return {
        encoder.fingerprint: encoder.name
        if names.count(encoder.name) == 1
        else f"{encoder.name} {encoder.fingerprint[:6]}"
        for encoder in encoders
    }


def _cell(program: NamedProgram, encoder: str, task: TaskRecord, overlap: Overlap, found: Cell | None) -> MatrixCell:
    cell = MatrixCell(
        program=program.name,
        encoder=encoder,
        task=task.name,
        domain=task.domain,
        baseline=task.baseline_ndcg,
        baseline_texts=task.baseline_texts,
        baseline_tokens=task.baseline_tokens,
        baseline_seconds=task.baseline_seconds,
        baseline_vectors=task.baseline_vectors,
        n_queries=task.n_queries,
        verdict="missing",
        in_search=overlap.seen,
        shared_queries=overlap.queries,
        shared_documents=overlap.documents,
        by_content=overlap.by_content,
    )
    if found is None:
        return cell
    outcome = found.record.outcome
    result = None
    if outcome.delta is not None and outcome.per_query is not None:
        per_query = outcome.per_query.astype(np.float64) - task.baseline_per_query.astype(np.float64)
        result = CellDelta(program.name, encoder, task.name, task.domain, outcome.delta, per_query)
    return replace(
        cell,
        verdict=outcome.verdict,
        reason=outcome.reason,
        ndcg=outcome.ndcg,
        delta=outcome.delta,
        texts=outcome.texts,
        tokens=outcome.tokens,
        encoder_seconds=outcome.encoder_seconds,
        wall_s=outcome.wall_s,
        cpu_s=outcome.cpu_s,
        vectors=outcome.vectors,
        kept_bytes=outcome.kept_bytes,
        index_bytes=outcome.index_bytes,
        similarity_s=outcome.similarity_s,
        spent=Spent.by(outcome, task.n_queries, task.n_documents),
        attempts=found.attempt,
        result=result,
    )
