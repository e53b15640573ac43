"""One sentence, with the root cause, for a part of the hub that could not be had."""

import errno
from dataclasses import dataclass
from typing import Any

from harness.hub.part import Part
from harness.hub.probe import hub_trouble
from harness.text import plain

_MALFORMED = ("JSONDecodeError", "SafetensorError", "UnpicklingError", "BadZipFile", "ArrowInvalid", "YAMLError",
              "ParserError", "ScannerError", "DatasetGenerationError")  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """What a person asked for, and the words in which they are answered."""

    part: Part
    what: str
    """As in `model NAME` or `data set NAME of the task TASK`."""
    name_from: str
    """What to check where there is none of its name, as in `encoder.model, or give the path of a folder`."""
    revision_from: str
    """What to check where it has no such revision."""
    command: str
    """What fetches it where there is a network."""
    instead: str = ""
    """What else there is, with a leading comma."""


def why_absent(error: BaseException, asked: Asked) -> str | None:
    """Why it could not be had, and what to do; None where neither this machine nor the hub nor its files are why."""
    causes = chain(error)
    return _of_machine(causes, asked) or _of_hub(causes, asked) or _of_files(causes, asked)


def _of_machine(causes: list[BaseException], asked: Asked) -> str | None:
    for cause in causes:
        if isinstance(cause, OSError) and cause.errno in (errno.ENOSPC, errno.EDQUOT):
            also = "" if asked.part.kind == "model" else ", and TMPDIR,"
            return f"There is no space left for the {asked.what}; free some, or set HF_HOME{also} to a larger disk."
        if isinstance(cause, PermissionError) or (isinstance(cause, OSError) and cause.errno == errno.EROFS):
            return f"The {asked.what} cannot be kept ({line(cause)}); set HF_HOME to a folder of yours."
        if isinstance(cause, MemoryError) or "out of memory" in str(cause).lower():
            smaller = "use a smaller one or device" if asked.part.kind == "model" else "use a smaller one"
            return f"The {asked.what} does not fit into memory ({line(cause)}); {smaller}."
    return None


def _of_hub(causes: list[BaseException], asked: Asked) -> str | None:
    """What the hub said, or that it said nothing."""
    from huggingface_hub.errors import LocalEntryNotFoundError

    if refused := _refusal(causes, asked):
        return refused
    status = next(filter(None, map(_status, causes)), None)
    if status is not None:
        return (
            f"The {asked.what} could not be fetched: the hub answers with an error, {status}; try again later"
            f"{asked.instead}."
        )
    if any(type(cause).__name__ == "IncompleteSnapshotError" for cause in causes):  # huggingface-hub 2 alone has it
        return (
            f"Only part of the {asked.what} is on this machine and the hub cannot be used ({_trouble()}); fetch the "
            f"rest where there is a network with {asked.command}."
        )
    if any(isinstance(cause, LocalEntryNotFoundError) for cause in causes):
        return (
            f"The {asked.what} is not on this machine and the hub cannot be used ({_trouble()}); fetch it where there "
            f"is a network with {asked.command}{asked.instead}."
        )
    if any(type(cause).__module__.split(".")[0] in ("httpx", "httpx2") for cause in causes):
        return f"The {asked.what} could not be fetched ({root(causes)}); run the same command again to continue."
    return None


def _refusal(causes: list[BaseException], asked: Asked) -> str | None:
    from huggingface_hub.errors import (
        DisabledRepoError,
        GatedRepoError,
        HFValidationError,
        RepositoryNotFoundError,
        RevisionNotFoundError,
    )

    what, revision = asked.what, asked.part.revision
    absent = f"The hub has no {what}; check {asked.name_from}."
    sentences: list[tuple[type[BaseException], str]] = [
        (GatedRepoError, f"The {what} is gated; accept its licence on the hub, then `hf auth login`."),
        (RevisionNotFoundError, f"The {what} has no revision {revision}; check {asked.revision_from}."),
        (DisabledRepoError, f"The hub has disabled the {what}; use another one."),
        (RepositoryNotFoundError, absent),
        (HFValidationError, absent),
    ]
    return next((said for kind, said in sentences if any(isinstance(cause, kind) for cause in causes)), None)


def _of_files(causes: list[BaseException], asked: Asked) -> str | None:
    if any(isinstance(cause, UnicodeDecodeError) or type(cause).__name__ in _MALFORMED for cause in causes):
        again = "fetch or save it again" if asked.part.kind == "model" else "fetch it again"
        return f"A file of the {asked.what} is damaged ({root(causes)}); delete its folder, then {again}."
    return None


def _trouble() -> str:
    return _short(hub_trouble() or "the files are not there")


def _status(cause: BaseException) -> int | None:
    """The status of an answer that was an error."""
    response: Any = getattr(cause, "response", None)
    return getattr(response, "status_code", None)


def chain(error: BaseException | None) -> list[BaseException]:
    """The error and what caused it, the root cause last."""
    causes: list[BaseException] = []
    while error is not None and error not in causes:
        causes.append(error)
        error = error.__cause__ or error.__context__
    return causes


def root(causes: list[BaseException]) -> str:
    """What the root cause says, or whoever says anything about it."""
    return next((line(cause) for cause in reversed(causes) if str(cause).strip()), type(causes[-1]).__name__)


def line(error: BaseException) -> str:
    """The kind of an error and the first line of what it says."""
    name = type(error).__name__
    said = str(error).strip().splitlines()
    return f"{name}: {_short(said[0])}" if said else name


def _short(said: str) -> str:
    return plain(said).rstrip(".")
