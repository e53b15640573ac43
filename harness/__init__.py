"""Search for programs that spend test-time compute to improve a frozen embedding model's retrieval.

`import harness` is quick: what stands here is loaded when it is first used.
"""

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

from harness.neighbours import require_own_packages

__version__ = "0.1.0"

if TYPE_CHECKING:
    from archive import Archive, ArchiveError, Program
    from harness import errors
    from harness.api import ask, discover, evaluate, frames, heads, open_archive, open_desk, resume, transfer
    from harness.encoders.function import FunctionEncoder
    from harness.encoders.load import load_encoder
    from harness.encoders.protocol import Encoder
    from harness.errors import EncoderError, HarnessError, JobError, TaskError, UsageError
    from harness.evaluation.executor import Executor
    from harness.evaluation.watcher import Watcher
    from harness.proposers.protocol import Briefing, Proposal, Proposer
    from harness.results import Evaluation, Matrix, Run
    from harness.screen.notebook import Progress
    from harness.settings import Settings, compose
    from harness.tasks.make import make_task
    from harness.tasks.task import RetrievalTask as Task

_HOMES = {
    "Archive": "archive",
    "ArchiveError": "archive",
    "Briefing": "harness.proposers.protocol",
    "Encoder": "harness.encoders.protocol",
    "EncoderError": "harness.errors",
    "Evaluation": "harness.results",
    "Executor": "harness.evaluation.executor",
    "FunctionEncoder": "harness.encoders.function",
    "HarnessError": "harness.errors",
    "JobError": "harness.errors",
    "Matrix": "harness.results",
    "Program": "archive",
    "Progress": "harness.screen.notebook",
    "Proposal": "harness.proposers.protocol",
    "Proposer": "harness.proposers.protocol",
    "Run": "harness.results",
    "Settings": "harness.settings",
    "Task": "harness.tasks.task",
    "TaskError": "harness.errors",
    "UsageError": "harness.errors",
    "Watcher": "harness.evaluation.watcher",
    "ask": "harness.api",
    "compose": "harness.settings",
    "discover": "harness.api",
    "errors": "harness",
    "evaluate": "harness.api",
    "frames": "harness.api",
    "heads": "harness.api",
    "load_encoder": "harness.encoders.load",
    "make_task": "harness.tasks.make",
    "open_archive": "harness.api",
    "open_desk": "harness.api",
    "resume": "harness.api",
    "transfer": "harness.api",
}
_OTHER_NAMES = {"Task": "RetrievalTask"}

__all__ = [
    "Archive",
    "ArchiveError",
    "Briefing",
    "Encoder",
    "EncoderError",
    "Evaluation",
    "Executor",
    "FunctionEncoder",
    "HarnessError",
    "JobError",
    "Matrix",
    "Program",
    "Progress",
    "Proposal",
    "Proposer",
    "Run",
    "Settings",
    "Task",
    "TaskError",
    "UsageError",
    "Watcher",
    "ask",
    "compose",
    "discover",
    "errors",
    "evaluate",
    "frames",
    "heads",
    "load_encoder",
    "make_task",
    "open_archive",
    "open_desk",
    "resume",
    "transfer",
]


def __getattr__(name: str) -> Any:
    """Load a public name (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module 'harness' has no attribute {name!r}")
    require_own_packages()
    home = import_module("harness.errors" if name == "errors" else _HOMES[name])
    value = home if name == "errors" else getattr(home, _OTHER_NAMES.get(name, name))
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])


class _Package(ModuleType):
    """Keeps `harness.transfer` and `harness.heads` the functions, though rooms are called so too."""

    def __setattr__(self, name: str, value: Any) -> None:
        if name in ("transfer", "heads") and isinstance(value, ModuleType):
            return  # the import system would set a room here when it is first imported
        super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package
