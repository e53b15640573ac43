"""Where the log of the rooms goes: to standard error with --debug, to a file with --log-file, nowhere otherwise."""

import logging
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from harness.errors import UsageError

OURS = ("harness", "archive", "sandbox")
"""Only these: what the HTTP clients log may hold keys."""
_FORMAT = "%(asctime)s.%(msecs)03d %(levelname)-7s %(name)s: %(message)s"
_TIME = "%Y-%m-%d %H:%M:%S"

_log = logging.getLogger(__name__)


def _reopen(ctx: typer.Context, option: typer.CallbackParam, value: Path | bool | None) -> None:
    asked = ctx.meta  # of the verb and of the command line before it alike
    if value and not ctx.resilient_parsing and asked.get(f"log.{option.name}") != value:
        asked[f"log.{option.name}"] = value
        open_log(debug=asked.get("log.debug", False), file=asked.get("log.log_file"))
        _log.debug("ttc %s", " ".join(sys.argv[1:]))


DebugOption = Annotated[
    bool,
    typer.Option(
        "--debug",
        envvar="TTC_DEBUG",
        expose_value=False,
        callback=_reopen,
        help="Log each step with its time, and show tracebacks.",
    ),
]
LogFileOption = Annotated[
    Path | None,
    typer.Option(
        "--log-file",
        metavar="FILE",
        expose_value=False,
        callback=_reopen,
        help="Add the log of the main steps to a file.",
    ),
]


def log_options(debug: DebugOption = False, log_file: LogFileOption = None) -> None:
    pass  # the options work by their callbacks, wherever they stand


def offer_log(command: Any) -> Any:
    """Let the options of the log, and no others, stand before every verb and after it."""
    options = [option for option in command.params if option.name in ("debug", "log_file")]
    command.params = list(options)  # Typer's own completion cannot complete a setting; `ttc completion` can
    verbs = list(command.commands.values())
    for verb in verbs:
        verbs += getattr(verb, "commands", {}).values()
        verb.params += options
    return command


def open_log(*, debug: bool = False, file: Path | None = None) -> None:
    """Send our loggers where a person asked for. Raises UsageError for a file that cannot be written.

    Warnings reach standard error in every case, as they do where nothing is configured.
    """
    handlers: list[logging.Handler] = [_Screen(debug)]
    if file is not None:
        handlers.append(_file(file, debug))
    level = logging.DEBUG if debug else logging.INFO if file is not None else logging.WARNING
    for name in OURS:
        logger = logging.getLogger(name)
        for old in logger.handlers[:]:  # a process that calls the app twice, as tests do
            logger.removeHandler(old)
            old.close()
        for handler in handlers:
            logger.addHandler(handler)
        logger.setLevel(level)
        logger.propagate = False


def log_end(error: BaseException, sentence: str) -> None:
    """Note how the program ends; with --debug where the error came from, too."""
    _log.info("ended by %s: %s", type(error).__name__, sentence)
    _log.debug("its traceback:", exc_info=error)


class _Screen(logging.Handler):
    """Standard error as it is at each moment: a live panel puts itself in its place and writes above itself."""

    def __init__(self, debug: bool) -> None:
        super().__init__(logging.DEBUG if debug else logging.WARNING)
        self.setFormatter(_Harmless(_FORMAT, _TIME) if debug else _Harmless("%(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        try:
            print(self.format(record), file=sys.stderr, flush=True)
        except Exception:  # a closed pipe, say: a log must not end a run
            self.handleError(record)


def _file(path: Path, debug: bool) -> logging.Handler:
    from harness.settings.home import expanded

    try:
        handler = logging.FileHandler(expanded(path), encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        raise UsageError(f"The log file {path} cannot be written ({error.strerror}); choose another.") from error
    handler.setLevel(logging.DEBUG if debug else logging.INFO)
    handler.setFormatter(_Harmless(_FORMAT, _TIME))
    return handler


class _Harmless(logging.Formatter):
    """Names and reasons are an author's text and may hold terminal escapes."""

    def format(self, record: logging.LogRecord) -> str:
        from harness.text import plain_lines

        return plain_lines(super().format(record), 20_000)
