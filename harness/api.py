"""What a notebook imports: jobs that take values and return values. They never print and never touch signals.

Settings come as a `Settings` or as `key=value` words, as on the command line; objects of your own (an encoder, a list
of tasks, a function that answers briefings) stand in for what the settings would load.
"""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from archive import Archive
from harness.dataframes import frames as all_frames
from harness.encoders.protocol import Encoder
from harness.errors import UsageError
from harness.evaluation.budget import Study
from harness.evaluation.budgeting import study_budgets
from harness.evaluation.executor import Executor
from harness.evaluation.given import Given, open_search_tasks
from harness.evaluation.single import evaluate_source
from harness.evaluation.watcher import Stopping, Watcher, never
from harness.heads.job import judge_heads
from harness.programs.find import find_source, require_allowed
from harness.programs.named import NamedProgram, read_programs
from harness.proposers.function import Author, FunctionProposer
from harness.proposers.protocol import Proposer
from harness.published.place import open_archive as open_named
from harness.results import Evaluation, Heads, Matrix, Run
from harness.search import desk
from harness.search.desk import OpenDesk
from harness.search.recorded import recorded_settings
from harness.search.runs import continue_run, start
from harness.search.shelf import Shelf
from harness.settings import ArchiveSettings, Settings, compose, from_config
from harness.tasks.task import RetrievalTask
from harness.transfer.request import DEFAULT_TASKS, TransferRequest, read_settings
from harness.transfer.transfer import transfer as run_transfer
from sandbox import rules

if TYPE_CHECKING:
    import pandas as pd

DEFAULT_ARCHIVE = ArchiveSettings().path


def discover(
    *settings: str | Settings,
    encoder: Encoder | None = None,
    tasks: Sequence[RetrievalTask] | None = None,
    proposer: Proposer | Author | None = None,
    executor: Executor | None = None,
    watcher: Watcher | None = None,
    stopping: Stopping = never,
) -> Run:
    """Search for programs: `discover("encoder=wordllama", "search.generations=20")`.

    `stopping` is asked between programs. Raises UsageError for what is wrong with the request, JobError where it cannot
    be carried out, ArchiveError where the archive fails it.
    """
    chosen = read(settings)
    ended = start(
        chosen,
        given=_given(encoder, tasks, executor),
        proposer=_proposer(proposer),
        watcher=watcher,
        stopping=stopping,
    )
    return Run(Path(chosen.archive.path), ended.run_id)


def resume(
    run: str | Run = "latest",
    *overrides: str,
    archive: str | Path = DEFAULT_ARCHIVE,
    encoder: Encoder | None = None,
    tasks: Sequence[RetrievalTask] | None = None,
    proposer: Proposer | Author | None = None,
    executor: Executor | None = None,
    watcher: Watcher | None = None,
    stopping: Stopping = never,
) -> Run:
    """Go on with a run after any kind of end; the result is that of an unbroken run.

    Objects that it was started with are to be given again. Raises UsageError for an override that would make it another
    run, JobError where encoder or tasks are no longer what they were.
    """
    path, run_id = _place(run, archive)
    ended = continue_run(
        path,
        run_id,
        overrides,
        given=_given(encoder, tasks, executor),
        proposer=_proposer(proposer),
        watcher=watcher,
        stopping=stopping,
    )
    return Run(Path(path), ended.run_id)


def evaluate(
    program: str | Path,
    *settings: str | Settings,
    encoder: Encoder | None = None,
    tasks: Sequence[RetrievalTask] | None = None,
    executor: Executor | None = None,
    watcher: Watcher | None = None,
) -> Evaluation:
    """Measure one program: its source, a Python file, an archived program's id or a reference program's name.

    Nothing is recorded. Raises UsageError where there is no such program.
    """
    chosen = read(settings)
    source = str(program) if _is_source(program) else find_source(str(program), chosen.archive.path)
    violations = rules.check(source, allow_primitives=chosen.program.primitives)
    if violations:
        return Evaluation(source, tuple(violations))
    given = _given(encoder, tasks, executor)
    return Evaluation(source, single=evaluate_source(source, given.settings(chosen), watcher=watcher, given=given))


def budget(
    program: str | Path,
    knob: str,
    values: Sequence[int | float],
    *settings: str | Settings,
    choosers: Sequence[str | Path] = (),
    encoder: Encoder | None = None,
    tasks: Sequence[RetrievalTask] | None = None,
    executor: Executor | None = None,
    watcher: Watcher | None = None,
) -> Study:
    """Measure one program at several values of a knob: how much compute does a query deserve?

    A knob is a constant of the program, or a setting: of the encoder, as `encoder.options.vectors`, or `tasks.depth`.
    `choosers` are programs (sources, files, ids, reference programs) that decide that for each query themselves.
    Nothing is recorded. Raises UsageError where there is no such program or knob, JobError where a value has no result.
    """
    chosen = read(settings)
    source = str(program) if _is_source(program) else find_source(str(program), chosen.archive.path)
    given = _given(encoder, tasks, executor)
    named = {one.name: one.source for one in _programs(choosers, chosen)}
    return study_budgets(source, knob, values, given.settings(chosen), choosers=named, watcher=watcher, given=given)


def transfer(
    programs: Sequence[str | Path],
    *settings: str | Settings,
    encoders: Sequence[Encoder] | None = None,
    tasks: Sequence[RetrievalTask] | None = None,
    again: bool = False,
    watcher: Watcher | None = None,
    stopping: Stopping = never,
) -> Matrix:
    """Judge programs (sources, files, ids, `frontier`, `reference`) on tasks that they were not chosen on.

    Tasks are `tasks=heldout19` unless told otherwise. Cells that the archive has are not evaluated again, unless
    `again`.
    """
    words = [setting for setting in settings if isinstance(setting, str)]
    if any(isinstance(setting, Settings) for setting in settings):
        each = [read(settings)]
    else:
        each, named = read_settings(words, default_tasks=None if tasks is not None else DEFAULT_TASKS)
        programs = [*programs, *named]
    if not programs:
        raise UsageError("No program is named; name files, ids, `frontier` or `reference`.")
    if encoders is not None:
        each = [Given(encoder=encoder).settings(each[0]) for encoder in encoders]
    request = TransferRequest(
        _programs(programs, each[0]),
        tuple(each),
        again,
        objects=tuple(encoders or ()),
        tasks=None if tasks is None else tuple(tasks),
    )
    return Matrix.of(run_transfer(request, watcher=watcher, stopping=stopping))


def heads(
    programs: Sequence[str | Path] = (),
    *settings: str,
    held_out: Sequence[str] = (),
    watcher: Watcher | None = None,
    stopping: Stopping = never,
) -> Heads:
    """Train projection heads on the tasks of the settings, and judge them beside programs.

    They are judged on the queries they were trained on, on other queries of the same tasks, and on `held_out`.

    `held_out` are settings of tasks, such as `tasks=folder` and `tasks.paths=[...]`; heldout19 by default.
    """
    words = [*map(str, programs), *settings]
    judged = judge_heads(words, held_out, watcher=watcher, stopping=stopping)
    seen, in_domain, held = (
        Matrix(cells, judged.complete, judged.seed, judged.cost)
        for cells in (judged.seen, judged.in_domain, judged.held_out)
    )
    return Heads(seen, in_domain, held, judged.kinds)


def ask(run: str | Run = "latest", *, archive: str | Path = DEFAULT_ARCHIVE, requests: bool = False) -> str:
    """The briefing for the next program of a run; with `requests` what would be sent to each of its models."""
    path, run_id = _place(run, archive)
    return desk.ask(path, run_id, requests=requests)


def open_desk(
    run: str | Run = "latest",
    *,
    archive: str | Path = DEFAULT_ARCHIVE,
    encoder: Encoder | None = None,
    tasks: Sequence[RetrievalTask] | None = None,
    executor: Executor | None = None,
    watcher: Watcher | None = None,
) -> AbstractContextManager[OpenDesk]:
    """A run that you write programs for: `with open_desk() as desk: print(desk.ask()); desk.tell(answer)`.

    Raises JobError where its encoder or tasks are no longer what they were.
    """
    path, run_id = _place(run, archive)
    return desk.open_desk(path, run_id, _given(encoder, tasks, executor), watcher)


def write_desk(run: str | Run, folder: str | Path, *, archive: str | Path = DEFAULT_ARCHIVE) -> Path:
    """Write all that the author of a run may read of it to a folder of files, for a coding agent; the folder.

    Raises UsageError where the folder holds something else.
    """
    path, name = _place(run, archive)
    with open_named(path, read_only=True) as opened:
        run_id = opened.resolve_run(name)
        Shelf(opened, run_id, recorded_settings(opened, run_id), Path(folder)).fill()
    return Path(folder)


def frames(archive: str | Path = DEFAULT_ARCHIVE, runs: Sequence[str] | None = None) -> "dict[str, pd.DataFrame]":
    """Everything that an archive has of these runs, by default all, as dataframes: one a table, by its name.

    `runs`, `programs`, `outcomes`, `per_query`, `tasks`, `calls`, `trials`, `events`, `held_out`; `ttc archive parquet`
    writes the same.
    """
    with open_named(archive, read_only=True) as opened:
        return all_frames(opened, None if runs is None else [opened.resolve_run(run) for run in runs])


def open_archive(path: str | Path = DEFAULT_ARCHIVE, *, read_only: bool = True) -> Archive:
    """Open an archive to look into it; a context manager. `published` is the run that comes with the package.

    Raises ArchiveError where that is impossible, UsageError where one of the package is to be written.
    """
    return open_named(path, read_only=read_only, create=False)


def read(settings: Sequence[str | Settings]) -> Settings:
    """One `Settings`, checked, from a `Settings` or from `key=value` words. Raises UsageError."""
    if any(isinstance(setting, Settings) for setting in settings):
        if len(settings) > 1:
            raise UsageError("Give one Settings, or key=value words; not both.")
        (whole,) = settings
        return from_config(asdict(whole)) if isinstance(whole, Settings) else compose([whole])
    return compose([str(setting) for setting in settings])


def _given(encoder: Encoder | None, tasks: Sequence[RetrievalTask] | None, executor: Executor | None) -> Given:
    given = Given(encoder, None if tasks is None else tuple(tasks), executor)
    if given.tasks is not None:
        open_search_tasks(Settings(), given.tasks, Watcher())  # complains of empty and equal names before anything slow
    return given


def _proposer(proposer: Proposer | Author | None) -> Proposer | None:
    if proposer is None or not callable(proposer):
        return proposer
    return FunctionProposer(proposer)


def _place(run: str | Run, archive: str | Path) -> tuple[str, str]:
    """The path of the archive, and the run's name in it."""
    return (str(run.archive), run.id) if isinstance(run, Run) else (str(archive), run)


def _is_source(program: str | Path) -> bool:
    return isinstance(program, str) and "\n" in program


def _programs(programs: Sequence[str | Path], settings: Settings) -> tuple[NamedProgram, ...]:
    """Sources as `program N`, everything else by name."""
    found = []
    for place, program in enumerate(programs, start=1):
        if _is_source(program):
            source = str(program)
            require_allowed(f"program {place}", source, allow_primitives=settings.program.primitives)
            found.append(NamedProgram(f"program {place}", source))
        else:
            found += read_programs([str(program)], settings)
    return tuple({program.code: program for program in reversed(found)}.values())[::-1]
