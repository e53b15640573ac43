"""The SQLite archive of runs, programs and outcomes."""

from archive.archive import Archive
from archive.calls import Calls
from archive.content import NOTHING, Content, KnownTask, Overlap, Searched, overlap
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
    "NOTHING",
    "Archive",
    "ArchiveError",
    "CallRecord",
    "Calls",
    "Cell",
    "CellRecord",
    "Content",
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
    "hypervolume",
    "non_dominated",
    "overlap",
]
