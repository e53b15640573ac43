"""What a person is told where a command ends by an error: one sentence, or nothing where the fault is ours."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from harness.text import visible

LONGEST_SENTENCE = 10_000
"""Characters of an error that are shown, escapes for a terminal made visible: a name in it may come from elsewhere."""


def sentence_of(error: BaseException) -> str | None:
    """What to tell a person, or None when the error is ours and deserves its traceback."""
    from archive import ArchiveError
    from harness.errors import HarnessError
    from sandbox import SandboxError

    if isinstance(error, HarnessError | ArchiveError | SandboxError):
        return str(error)
    if isinstance(error, OSError) and error.strerror:
        where = f" ({error.filename})" if error.filename else ""
        return f"{error.strerror}{where}; check the path, its permissions and the free space."
    return None


def print_ending(who: str, error: BaseException, sentence: str) -> int:
    """Print the sentence on standard error; the exit code."""
    print(f"{who}: {visible(sentence, LONGEST_SENTENCE)}", file=sys.stderr)
    return int(getattr(error, "exit_code", 1))


@contextmanager
def one_sentence(who: str) -> Iterator[None]:
    """For a script: what its person can mend ends it in one sentence and an exit code, as it ends `ttc`."""
    try:
        yield
        sys.stdout.flush()
    except KeyboardInterrupt:
        print(f"{who}: interrupted.", file=sys.stderr)
        sys.exit(130)
    except BrokenPipeError:  # who read the output, `head` for one, has had enough
        _drop_output()
        sys.exit(1)
    except Exception as error:
        sentence = sentence_of(error)
        if sentence is None:
            raise
        sys.exit(print_ending(who, error, sentence))


def _drop_output() -> None:
    """What is still unwritten goes nowhere, or Python would try it again at its end and complain."""
    if sys.__stdout__ is not None and sys.stdout is sys.__stdout__:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.__stdout__.fileno())
