"""Contract tests to import: what a thing of your own must keep, tried on it; the built-in ones are tested with these.

Each raises ContractBroken, an AssertionError whose sentence says what was broken, so it can stand in any test.
"""

from harness.testing.backends import check_backend
from harness.testing.broken import ContractBroken
from harness.testing.encoders import check_encoder
from harness.testing.executors import check_executor
from harness.testing.policies import check_model_policy, check_novelty, check_policy
from harness.testing.proposers import check_proposer
from harness.testing.services import check_service
from harness.testing.task_sources import check_task_source
from harness.testing.trackers import check_tracker
from harness.testing.watchers import check_watcher

__all__ = [
    "ContractBroken",
    "check_backend",
    "check_encoder",
    "check_executor",
    "check_model_policy",
    "check_novelty",
    "check_policy",
    "check_proposer",
    "check_service",
    "check_task_source",
    "check_tracker",
    "check_watcher",
]
