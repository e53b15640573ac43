"""Which classical operations does a program contain?

Two sorts of evidence: the primitives it calls, read from its source, and how it responds in a constructed world, which
also works for bare numpy code. A missing finding is no proof of absence: a response may drown in the rest of a program.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """One operation a program contains, and why we think so."""

    operation: str
    evidence: str
    basis: str
    """`call` or `behaviour`."""
    confidence: float = 1.0
    """0.5 to 1: how far the response lies beyond the threshold that it had to pass, no probability; 1 for a call."""
