"""The SQLite archive of runs, programs and outcomes."""

from archive.archive import Archive
from archive.calls import Calls
from archive.errors import ArchiveError
from archive.heldout import HeldOut
from archive.pareto import hypervolume, non_dominated
from archive.records import (
    CallRecord,
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
    "CallRecord",
    "Calls",
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
