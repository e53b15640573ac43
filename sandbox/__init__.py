"""Run untrusted `rerank` programs in confined processes and return verdicts.

A name is loaded when it is asked for: the processes that run programs are of this package, too, and need few of them.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sandbox.backend import Backend
    from sandbox.contract import EmbedCallback, EmbedRefused, EmbedRequest, Execution, Isolation, Take
    from sandbox.errors import SandboxError
    from sandbox.inputs import TaskInputs
    from sandbox.limits import Limits
    from sandbox.rules import Violation
    from sandbox.sandbox import Sandbox
    from sandbox.verdicts import Verdict

__all__ = [
    "Backend",
    "EmbedCallback",
    "EmbedRefused",
    "EmbedRequest",
    "Execution",
    "Isolation",
    "Limits",
    "Sandbox",
    "SandboxError",
    "Take",
    "TaskInputs",
    "Verdict",
    "Violation",
]

_HOMES = {
    "Backend": "backend",
    "EmbedCallback": "contract",
    "EmbedRefused": "contract",
    "EmbedRequest": "contract",
    "Execution": "contract",
    "Isolation": "contract",
    "Limits": "limits",
    "Sandbox": "sandbox",
    "SandboxError": "errors",
    "Take": "contract",
    "TaskInputs": "inputs",
    "Verdict": "verdicts",
    "Violation": "rules",
}
"""The module of each name."""


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    return value
