"""What may go wrong with an archive."""


class ArchiveError(Exception):
    """One sentence for a person: the cause and the fix."""
