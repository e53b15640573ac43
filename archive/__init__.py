"""The SQLite archive of runs, programs and outcomes."""

from archive.archive import Archive
from archive.calls import Calls
from archive.content import NOTHING, Content, KnownTask, Overlap, Searched, overlap
from archive.costs import (
    AXES,
    LONG_TEXTS,
    LONG_TEXTS_FLAG,
    Axis,
    Cost,
    Costs,
    axis_named,
    axis_of,
    costs_of,
    non_dominated_programs,
    priced,
    pricer,
)
from archive.errors import ArchiveError
from archive.heldout import HeldOut
from archive.pareto import hypervolume, non_dominated
from archive.records import (
    NDCG_AT_10,
    CallRecord,
    Cell,
    CellRecord,
    Event,
    Exchange,
    Measured,
    OutcomeRecord,
    Program,
    ProgramRecord,
    Run,
    RunRecord,
    TaskRecord,
    UsageRecord,
)

__all__ = [
    "AXES",
    "LONG_TEXTS",
    "LONG_TEXTS_FLAG",
    "NDCG_AT_10",
    "NOTHING",
    "Archive",
    "ArchiveError",
    "Axis",
    "CallRecord",
    "Calls",
    "Cell",
    "CellRecord",
    "Content",
    "Cost",
    "Costs",
    "Event",
    "Exchange",
    "HeldOut",
    "KnownTask",
    "Measured",
    "OutcomeRecord",
    "Overlap",
    "Program",
    "ProgramRecord",
    "Run",
    "RunRecord",
    "Searched",
    "TaskRecord",
    "UsageRecord",
    "axis_named",
    "axis_of",
    "costs_of",
    "hypervolume",
    "non_dominated",
    "non_dominated_programs",
    "overlap",
    "priced",
    "pricer",
]
