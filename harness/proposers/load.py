"""From settings to a proposer."""

from harness.errors import UsageError
from harness.proposers.protocol import Proposer
from harness.proposers.settings import ProposerSettings


def load_proposer(settings: ProposerSettings) -> Proposer:
    """The proposer that the settings name. Raises UsageError for an unknown kind."""
    if settings.kind == "recombine":
        from harness.proposers.recombine import Recombine

        return Recombine()
    raise UsageError(f"There is no proposer '{settings.kind}'; choose recombine.")
