"""The one door: verbs, nothing else. Everything heavy is imported by the verb that needs it."""

import sys
from io import TextIOWrapper

import typer

from harness.cli import archives, authoring, deploy, jobs, looking, reporting, shells, system, transfer
from harness.cli.log import log_end, log_options, offer_log, open_log
from harness.ending import print_ending, sentence_of

app = typer.Typer(
    no_args_is_help=True,
    add_completion=True,  # `ttc completion` is built on it
    pretty_exceptions_enable=False,
    help="Search for programs that spend test-time compute to improve a frozen embedding model's retrieval.",
)


app.callback()(log_options)
jobs.register(app)
transfer.register(app)
authoring.register(app)
deploy.register(app)
looking.register(app)
reporting.register(app)
archives.register(app)
system.register(app)
shells.register(app)


def main() -> None:
    """Run the command line; a person's mistake ends in one sentence on standard error and an exit code."""
    _write_everything()
    try:
        open_log()
        offer_log(typer.main.get_command(app))()
    except KeyboardInterrupt as interrupt:
        log_end(interrupt, "interrupted")
        print("ttc: interrupted.", file=sys.stderr)
        sys.exit(130)
    except BrokenPipeError:
        sys.exit(1)
    except Exception as error:
        sentence = sentence_of(error)
        log_end(error, sentence or "a fault of ours")
        if sentence is None:
            raise
        sys.exit(print_ending("ttc", error, sentence))


def _write_everything() -> None:
    """A name or a source may hold letters that this machine's locale lacks; they are written as escapes."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
