"""What a run may spend."""

from dataclasses import dataclass


@dataclass
class CapSettings:
    """The config group `caps`; None is no cap."""

    dollars: float | None = None
    """US dollars for model calls, and for the encoder's server where its price is known, over the whole run with all
    its resumptions."""
    tokens: int | None = None
    """Tokens in and out, cached ones included, over the whole run."""
    programs: int | None = None
    """Programs proposed, over the whole run."""
    wall_s: float | None = None
    """Seconds since this start of the run; no program is begun that would pass it if it took as long as the longest."""
