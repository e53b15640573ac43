"""The SQLite archive of runs, programs and outcomes."""

from archive.archive import Archive
from archive.calls import Calls
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
    "NDCG_AT_10",
    "Archive",
    "ArchiveError",
    "CallRecord",
    "Calls",
    "Cell",
    "CellRecord",
    "Event",
    "Exchange",
    "HeldOut",
    "Measured",
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
