"""What may go wrong for a person, as one tree.

HarnessError            a sentence for a person; the command line prints it and exits with `exit_code`
├── UsageError          the request itself is wrong: a key, a path, a name (exit code 2)
├── JobError            the request is right but could not be carried out (exit code 1)
│   ├── EncoderError    an encoder cannot be loaded, or is not the one that was recorded
│   └── TaskError       a task cannot be loaded or is malformed

The ground rooms raise their own: `sandbox.SandboxError` and `archive.ArchiveError`, also one sentence each.
"""


class HarnessError(Exception):
    """One sentence: the cause and the fix. Never shown with a traceback."""

    exit_code = 1


class UsageError(HarnessError):
    """The request is wrong (exit code 2)."""

    exit_code = 2


class JobError(HarnessError):
    """The request is right, the job failed (exit code 1)."""


class EncoderError(JobError):
    """An encoder cannot be loaded, or differs from the recorded one."""


class TaskError(JobError):
    """A task cannot be loaded, or its files are malformed."""
