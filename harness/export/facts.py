"""What is known of a program, as its package tells it: where it comes from, its encoder, costs, measurements."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from archive import NOTHING, Program, Run
from archive.costs import Costs, costs_of
from archive.rows import source_hash
from harness.errors import UsageError
from harness.evaluation.audited import (
    NONDETERMINISTIC,
    ORDER_DEPENDENT,
    QUOTES_TEXTS,
    ROUTES,
    TRANSDUCTIVE,
    audits_line,
)
from harness.export.encoder_facts import EncoderFacts, of_settings, recorded
from harness.export.measured import Measured, Recorded, joined, recorded_cells, searched_cells
from harness.programs.find import find_source, origin_of, require_allowed
from harness.programs.many_vectors import needs_many_vectors
from harness.published.place import is_packaged, open_archive, split
from harness.settings.encoder import EncoderSettings
from harness.text import counted, plain

CONCERNS = {
    TRANSDUCTIVE: "asked one query at a time, as here, it does not do what was measured",
    ORDER_DEPENDENT: "its scores change with the order of the documents",
    NONDETERMINISTIC: "its scores change from run to run",
    ROUTES: "it does another thing on one task than on others",
    QUOTES_TEXTS: "it quotes the texts that it was measured on",
}
"""What was found against a program, and why it is no program to put to use."""
WITHOUT_RESULT = (TRANSDUCTIVE, ORDER_DEPENDENT, NONDETERMINISTIC)
"""Verdicts of programs that ran, but not as they must."""


@dataclass(frozen=True)
class ProgramFacts:
    """A program and what is known of it."""

    name: str
    source: str
    source_hash: str
    origin: str
    """One sentence: run, author, seed; or file; or reference program."""
    written_by: str
    """`a machine` for what a search came upon, `hand`, or empty where nobody knows."""
    encoder: EncoderFacts
    costs: Costs
    """Over the tasks of its run, or else over its held-out cells."""
    cost_from: str
    flags: tuple[str, ...]
    """What is to be wary of: flags and verdicts of its run and of its cells."""
    audits: str
    """Which audits were made and which were not."""
    depth: int | None
    """How many candidates of each query it was measured on; None for the whole corpus."""
    first_stage: str
    """How they were chosen."""
    cells: tuple[Measured, ...]

    @property
    def concerns(self) -> list[str]:
        """A sentence for each thing that speaks against putting it to use."""
        found = [f"{flag}: {CONCERNS[flag]}" for flag in self.flags if flag in CONCERNS]
        if self.first_stage != "cosine":
            found.append(f"{self.first_stage}: its candidates were chosen by more than the cosine, which alone is here")
        return found


def gather(named: str, archive_path: str, encoder: EncoderSettings | None = None) -> ProgramFacts:
    """Look a program up by id, file or reference name, with its measurements in the archive, if there is one.

    `encoder` is the one to carry; by default that of the program's run, or else the settings' own.
    Raises UsageError or ArchiveError where there is no such program, UsageError where it breaks a static rule, or is
    not what the archive says it is, or needs an encoder that no package can open.
    """
    origin, source = origin_of(named), find_source(named, archive_path)
    require_allowed(Path(named).stem if origin != "archive" else named, source)
    if origin != "archive":
        found = Recorded()
        if Path(archive_path).exists() or is_packaged(archive_path):
            with open_archive(archive_path, read_only=True) as archive:
                found = recorded_cells(archive, source, archive.searched().get(source_hash(source), NOTHING))
        carried = of_settings(encoder or EncoderSettings())
        _require_vectors(named, source, carried)
        return _from_source(named, source, found, carried)
    archive_path, named = split(named, archive_path)
    with open_archive(archive_path, read_only=True) as archive:
        program = archive.program(named)
        run = archive.run(program.run_id)
        known = archive.searched().get(source_hash(source), NOTHING)
        found = recorded_cells(archive, source, known | archive.searched_by(run.id))
        whole = archive.source_is_whole(program.id)
    _require_recorded(program, whole)
    config = run.record.config.get("encoder", {})
    carried = of_settings(encoder) if encoder is not None else recorded(run.record.encoder, config)
    _require_vectors(named, source, carried)
    return _from_run(program, run, found, carried)


def _require_vectors(named: str, source: str, encoder: EncoderFacts) -> None:
    """A program that must have many vectors a text is nothing without an encoder of such."""
    if needs_many_vectors(source) and not encoder.many:
        raise UsageError(
            f"The program {plain(named, 80)} must have many vectors a text, and {encoder.name} gives one; name another "
            "encoder, for example encoder=minilm-tokens, or write q_vec=None and d_vec=None in it to do without."
        )


def _require_recorded(program: Program, whole: bool) -> None:
    """A source that was changed in the archive by hand is not the one that was measured."""
    record = program.record
    if not whole:
        raise UsageError(
            f"The source of program {program.id} is not the one that was recorded (its hash differs); restore the "
            "archive, or export the source as a file."
        )
    if record.mean_delta is None and record.verdict not in WITHOUT_RESULT:
        raise UsageError(
            f"Program {program.id} has no result on every task ({record.verdict}), so there is nothing to put to use; "
            "`ttc frontier` lists those that have."
        )


def _from_source(named: str, source: str, found: Recorded, encoder: EncoderFacts) -> ProgramFacts:
    reference = origin_of(named) == "reference"
    return ProgramFacts(
        name=Path(named).stem,
        source=source,
        source_hash=source_hash(source),
        origin=f"The reference program {named} of ttc-retrieval." if reference else f"The file {Path(named).name}.",
        written_by="hand" if reference else "",
        encoder=encoder,
        costs=found.costs,
        cost_from="its held-out cells" if found.costs.texts is not None else "",
        flags=tuple(sorted(found.findings - {"ok"})),
        audits=audits_line({}, 0),
        depth=None,
        first_stage="cosine",
        cells=found.cells,
    )


def _from_run(program: Program, run: Run, found: Recorded, encoder: EncoderFacts) -> ProgramFacts:
    record = program.record
    tasks: dict[str, Any] = dict(run.record.config.get("tasks", {}))
    costs = costs_of(record, run.record)
    author = record.model or ("a seed" if record.mode == "seed" else f"mode {record.mode}")
    return ProgramFacts(
        name=record.name,
        source=record.source,
        source_hash=source_hash(record.source),
        origin=f"Program {program.id} of a discovery run with seed {run.record.seed}, written by {author}.",
        written_by="hand" if record.mode == "seed" else "a machine",
        encoder=encoder,
        costs=costs,
        cost_from=f"{counted(record.n_tasks, 'task')} of its run",
        flags=tuple(sorted({*record.flags, *costs.flags, record.verdict, *found.findings} - {"ok"})),
        audits=audits_line(record.audits, len(record.outcomes)),
        depth=tasks.get("depth"),
        first_stage=str(tasks.get("first_stage") or "cosine") if tasks.get("depth") else "cosine",
        cells=joined(searched_cells(program, run), found.cells),
    )
