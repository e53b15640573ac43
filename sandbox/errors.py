"""The one exception this room raises to its users."""


class SandboxError(Exception):
    """The sandbox cannot do its job here; one sentence names the cause and the fix."""
