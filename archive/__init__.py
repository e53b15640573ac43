"""The SQLite archive of runs, programs and outcomes."""

from archive.archive import Archive
from archive.errors import ArchiveError
from archive.heldout import HeldOut
from archive.pareto import hypervolume, non_dominated
from archive.records import (
    Cell,
    CellRecord,
    Event,
    Exchange,
    OutcomeRecord,
    Program,
    ProgramRecord,
    Run,
    RunRecord,
    TaskRecord,
    UsageRecord,
)

__all__ = [
    "Archive",
    "ArchiveError",
    "Cell",
    "CellRecord",
    "Event",
    "Exchange",
    "HeldOut",
    "OutcomeRecord",
    "Program",
    "ProgramRecord",
    "Run",
    "RunRecord",
    "TaskRecord",
    "UsageRecord",
    "hypervolume",
    "non_dominated",
]
