"""Run untrusted `rerank` programs in confined processes and return verdicts."""

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
