"""The research harness: proposers, encoders, tasks, the discovery loop and its analyses."""

__version__ = "0.1.0"
