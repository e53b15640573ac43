"""The one door: verbs, nothing else. Everything heavy is imported by the verb that needs it."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from harness.cli import archives, authoring, deploy, jobs, looking, reporting, system, transfer
from harness.cli.log import log_end, open_log

app = typer.Typer(
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    help="Search for programs that spend test-time compute to improve a frozen embedding model's retrieval.",
)


@app.callback()
def before_the_verb(
    debug: Annotated[
        bool,
        typer.Option("--debug", envvar="TTC_DEBUG", help="Log each step with its time, and show tracebacks."),
    ] = False,
    log_file: Annotated[
        Path | None, typer.Option("--log-file", metavar="FILE", help="Add the log of the main steps to a file.")
    ] = None,
) -> None:
    open_log(debug=debug, file=log_file)


jobs.register(app)
transfer.register(app)
authoring.register(app)
deploy.register(app)
looking.register(app)
reporting.register(app)
archives.register(app)
system.register(app)


def main() -> None:
    """Run the command line; a person's mistake ends in one sentence on standard error and an exit code."""
    try:
        app()
    except KeyboardInterrupt as interrupt:
        log_end(interrupt, "interrupted")
        print("ttc: interrupted.", file=sys.stderr)
        sys.exit(130)
    except BrokenPipeError:
        sys.exit(1)
    except Exception as error:
        sentence = _sentence(error)
        if sentence is None:
            raise
        log_end(error, sentence)
        print(f"ttc: {sentence}", file=sys.stderr)
        sys.exit(getattr(error, "exit_code", 1))


def _sentence(error: Exception) -> str | None:
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
