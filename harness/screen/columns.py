"""The columns of everything that is listed: one place says what they are called and mean, in all three forms.

Names and meanings are an interface: `--json` has every column under its name, `--csv` has them in this order, and a
table shows the most telling ones. A column may be added; none changes its meaning.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from archive import OF_MANY
from harness.screen.column import ABSENT, Column, Listing, count, four, joined, minute, signed, two
from harness.screen.program_columns import COST_COLUMNS, of_costs, of_programs

if TYPE_CHECKING:
    from archive import OutcomeRecord, Program, Run
    from harness.programs.operations import Finding
    from harness.screen.frontier import Point, Priced
    from harness.transfer.intervals import Interval


@dataclass(frozen=True)
class Relative:
    """A program in a lineage."""

    depth: int
    """0 for the program asked for or a root, negative for ancestors, positive for descendants."""
    inset: int
    """Blanks before it in a table: the more, the further it is from the oldest ancestor listed."""
    program: "Program"


@dataclass(frozen=True)
class FoundOperation:
    """One classical operation found in a program."""

    program: str
    finding: "Finding"


@dataclass(frozen=True)
class TaskPair:
    """Two programs on one task."""

    task: str
    first: "OutcomeRecord | None"
    second: "OutcomeRecord | None"


def _of_steps() -> "tuple[Column[Point], ...]":
    def bound(name: str, of: str, end: str) -> "Column[Point]":
        meaning = f"{end} end of the gain's 95 % interval over {of}; null where there are too few"
        return Column(name, meaning, lambda row: getattr(_interval(row, of), end, None), signed)

    def interval(name: str, of: str) -> "Column[Point]":
        meaning = f"the gain's 95 % interval over {of}"
        return Column(name, meaning, lambda row: _interval(row, of), interval_text, table_only=True)

    return (
        Column(
            "gain", "mean delta less that of the next cheaper program listed", lambda r: r.step and r.step.gain, signed
        ),
        Column("gain_over", "id of that next cheaper program", lambda row: row.step and row.step.over),
        bound("gain_tasks_low", "tasks", "low"),
        bound("gain_tasks_high", "tasks", "high"),
        interval("95 % tasks", "tasks"),
        bound("gain_queries_low", "queries", "low"),
        bound("gain_queries_high", "queries", "high"),
        interval("95 % queries", "queries"),
    )


def _interval(point: "Point", of: str) -> "Interval | None":
    found: Interval | None = getattr(point.step, of, None)
    return found


def interval_text(interval: "Interval | None") -> str:
    """`[low, high]`, or a dash."""
    return ABSENT if interval is None else f"[{interval.low:+.3f}, {interval.high:+.3f}]"


def _program_of(row: "Priced") -> "Program":
    return row.program


def _flags_of(row: "Priced") -> list[str]:
    return row.flags


_PRICED: tuple[Column[Any], ...] = (*of_programs(_program_of, _flags_of), *of_costs())
LEDGER: "Listing[Priced]" = Listing(
    _PRICED,
    ("id", "name", "status", "mean_delta", "cost_ratio", "w/t/l", "verdict", "parents", "flags", "reason"),
)
FRONTIER: "Listing[Point]" = Listing(
    (*_PRICED, *_of_steps()),
    ("id", "name", "cost_ratio", "mean_delta", "unseen_delta", "w/t/l", "gain", "95 % tasks", "95 % queries", "flags"),
)


def frontier_table(axis: str, *, by_worth: bool, unseen_tasks: bool, many: bool) -> "tuple[Column[Point], ...]":
    """Columns of a frontier on an axis: its own cost first, the other costs last.

    `by_worth` shows the worth too, `unseen_tasks` the mean delta on these, `many` what many vectors a text cost.
    """
    shown = [name for axis, name in COST_COLUMNS.items() if many or axis not in (*OF_MANY, "bytes")]
    first, *rest = dict.fromkeys([COST_COLUMNS[axis], *shown])
    names = list(FRONTIER.table)
    names[names.index("cost_ratio")] = first
    if by_worth:
        names.insert(names.index("mean_delta"), "worth")
    if unseen_tasks:
        names.insert(names.index("unseen_delta") + 1, "unseen_tasks_delta")
    return Listing(FRONTIER.columns, (*names, *rest, "program_seconds")).table_columns


LINEAGE: "Listing[Relative]" = Listing(
    (
        Column(
            "depth",
            "0 is the program itself or a root, below 0 its ancestors, above its descendants",
            lambda r: r.depth,
        ),
        Column(
            "lineage",
            "the id, set in by its depth",
            lambda relative: " " * relative.inset + relative.program.id,
            table_only=True,
        ),
        *of_programs(lambda relative: relative.program),
    ),
    ("lineage", "name", "mean_delta", "cost_ratio", "status", "parents"),
)

RUNS: "Listing[tuple[Run, int]]" = Listing(
    (
        Column("id", "the run's id", lambda row: row[0].id),
        Column("created", "when it began, UTC", lambda row: row[0].created, minute),
        Column("ended", "when it last ended, UTC; null while it runs", lambda row: row[0].ended, minute),
        Column("status", "running, stopped, finished or failed", lambda row: row[0].status),
        Column("objective", "what is admitted for", lambda row: row[0].record.objective),
        Column("measure", "what deltas, wins and the frontier are of", lambda row: row[0].record.measure),
        Column("maximise", "what it makes of a program's deltas", lambda row: row[0].record.maximise),
        Column("encoder", "the frozen encoder", lambda row: str(row[0].record.encoder["name"])),
        Column(
            "tasks",
            "names of its tasks",
            lambda row: [task.name for task in row[0].record.tasks],
            lambda t: str(len(t)),
        ),
        Column(
            "queries",
            "queries of its tasks, unseen ones too",
            lambda row: sum(t.n_queries for t in row[0].record.tasks),
            count,
        ),
        Column("programs", "programs recorded so far", lambda row: row[1], count),
        Column("seed", "seed of all its choices", lambda row: row[0].record.seed),
        Column("encoder_details", "identity and fingerprint of the encoder", lambda row: dict(row[0].record.encoder)),
        Column(
            "task_details",
            "each task's fingerprint, size, split, cosine nDCG@10 and what was kept or dropped of its data",
            lambda row: _tasks(row[0]),
        ),
        Column("isolation", "how programs were confined", lambda row: dict(row[0].record.isolation)),
        Column(
            "versions", "Python and the packages that can change a result", lambda row: dict(row[0].record.versions)
        ),
        Column("machine", "system, processor, cores and numerical kernels", lambda row: dict(row[0].record.machine)),
        Column("config", "every setting", lambda row: dict(row[0].record.config)),
    ),
    ("id", "created", "status", "programs", "encoder", "tasks", "objective", "seed"),
)


def _tasks(run: "Run") -> list[dict[str, Any]]:
    kept = ("name", "split", "source", "fingerprint", "domain", "n_queries", "n_documents", "baseline_ndcg", "notes")
    return [{name: getattr(task, name) for name in kept} for task in run.record.tasks]


OUTCOMES: "Listing[OutcomeRecord]" = Listing(
    (
        Column("task", "the task's name", lambda outcome: outcome.task),
        Column("verdict", "how the execution ended", lambda outcome: outcome.verdict),
        Column("reason", "what went wrong", lambda outcome: outcome.reason),
        Column("ndcg", "mean nDCG@10; null unless the verdict is ok", lambda outcome: outcome.ndcg, four),
        Column(
            "measured",
            "every measure recorded, by its name, mean over queries",
            lambda outcome: {name: found.value for name, found in outcome.by_measure.items()},
            lambda measured: joined([f"{name} {value:.4f}" for name, value in measured.items()]),
        ),
        Column("delta", "the run's measure less cosine's", lambda outcome: outcome.delta, signed),
        Column("texts", "texts it asked to encode", lambda outcome: outcome.texts, count),
        Column("tokens", "tokens of those texts", lambda outcome: outcome.tokens, count),
        Column("encoder_s", "seconds in the encoder", lambda outcome: outcome.encoder_seconds, two),
        Column("vectors", "vectors that they came back with", lambda outcome: outcome.vectors, count),
        Column("kept_bytes", "bytes of documents' vectors that it reads", lambda outcome: outcome.kept_bytes, count),
        Column("similarity_s", "processor seconds of MaxSim behind sim", lambda outcome: outcome.similarity_s, two),
        Column("cpu_s", "processor seconds of the program", lambda outcome: outcome.cpu_s, two),
        Column("wall_s", "seconds from start to end", lambda outcome: outcome.wall_s, two),
        Column("peak_rss", "most memory, bytes", lambda outcome: outcome.peak_rss, count),
        Column("score_hash", "fingerprint of the score matrix", lambda outcome: outcome.score_hash),
        Column("isolation_level", "how it was confined", lambda outcome: outcome.isolation_level),
        Column("flags", "what to be wary of", lambda outcome: list(outcome.flags), joined),
    ),
    ("task", "verdict", "measured", "delta", "texts", "tokens", "encoder_s", "wall_s", "flags", "reason"),
)
PAIRS: "Listing[TaskPair]" = Listing(
    (
        Column("task", "the task's name", lambda pair: pair.task),
        Column("first_delta", "delta of the first program", lambda pair: pair.first and pair.first.delta, signed),
        Column("second_delta", "delta of the second program", lambda pair: pair.second and pair.second.delta, signed),
        Column("difference", "the second less the first", lambda pair: _difference(pair), signed),
    ),
    ("task", "first_delta", "second_delta", "difference"),
)


def _difference(pair: TaskPair) -> float | None:
    if pair.first is None or pair.second is None or pair.first.delta is None or pair.second.delta is None:
        return None
    return pair.second.delta - pair.first.delta


OPERATIONS: "Listing[FoundOperation]" = Listing(
    (
        Column("program", "the program as it was named", lambda found: found.program),
        Column("operation", "a classical retrieval operation that it contains", lambda found: found.finding.operation),
        Column("basis", "call: it calls the primitive; behaviour: it responds so", lambda found: found.finding.basis),
        Column(
            "confidence", "how far beyond its threshold the response lies, 0.5 to 1", lambda f: f.finding.confidence
        ),
        Column("evidence", "what was seen, in standard deviations of a query's scores", lambda f: f.finding.evidence),
    ),
    ("program", "operation", "basis", "confidence", "evidence"),
)

LISTINGS: dict[str, Listing[Any]] = {
    "runs": RUNS,
    "ledger": LEDGER,
    "frontier": FRONTIER,
    "lineage": LINEAGE,
    "show": OUTCOMES,
    "diff": PAIRS,
}
"""By verb that looks into an archive; the reference of the command line is written from it."""
