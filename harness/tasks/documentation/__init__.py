"""Fourteen real retrieval tasks, built on the spot from the documentation and source of Python and of our dependencies.

Nothing is downloaded and nothing heavy is imported: sources are read as text and parsed with `ast`. The judgments are
those that the authors of the documentation wrote. Equal package versions give equal fingerprints.
"""
