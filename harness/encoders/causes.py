"""One sentence, with the root cause, for a model that did not load."""

import errno
from typing import Any

from harness.encoders.hub import hub_trouble
from harness.settings.encoder import EncoderSettings
from harness.text import plain


def why_not(error: BaseException, settings: EncoderSettings) -> str:
    """Why the model of these settings did not load, and what to do."""
    causes = _chain(error)
    return (
        _of_machine(causes, settings)
        or _of_hub(causes, settings)
        or _of_model(causes, settings)
        or f"The model {settings.model} cannot be loaded ({_root(causes)}); check that it is a complete encoder."
    )


def _of_machine(causes: list[BaseException], settings: EncoderSettings) -> str | None:
    for cause in causes:
        if isinstance(cause, OSError) and cause.errno in (errno.ENOSPC, errno.EDQUOT):
            return f"There is no space left for the model {settings.model}; free some, or set HF_HOME to a larger disk."
        if isinstance(cause, PermissionError):
            return f"The model {settings.model} cannot be kept ({_line(cause)}); set HF_HOME to a folder of yours."
        if isinstance(cause, MemoryError) or "out of memory" in str(cause).lower():
            return f"The model {settings.model} does not fit into memory ({_line(cause)}); use a smaller one or device."
    return None


def _of_hub(causes: list[BaseException], settings: EncoderSettings) -> str | None:
    """What the hub said, or that it said nothing."""
    from huggingface_hub.errors import (
        DisabledRepoError,
        GatedRepoError,
        HFValidationError,
        IncompleteSnapshotError,
        LocalEntryNotFoundError,
        RepositoryNotFoundError,
        RevisionNotFoundError,
    )

    model, revision = settings.model, f" --revision {settings.revision}" if settings.revision else ""
    fetch = f"`hf download {model}{revision}`"
    absent = f"The model hub has no model {model}; check encoder.model, or give the path of a folder."
    sentences: list[tuple[type[BaseException], str]] = [
        (GatedRepoError, f"The model {model} is gated; accept its licence on the model hub, then `hf auth login`."),
        (RevisionNotFoundError, f"The model {model} has no revision {settings.revision}; check encoder.revision."),
        (DisabledRepoError, f"The model hub has disabled the model {model}; use another one."),
        (RepositoryNotFoundError, absent),
        (HFValidationError, absent),
    ]
    for kind, sentence in sentences:
        if any(isinstance(cause, kind) for cause in causes):
            return sentence
    status = next(filter(None, map(_status, causes)), None)
    if status is not None:
        return (
            f"The model {model} could not be fetched: the model hub answers with an error, {status}; try again later, "
            "or use a bundled one (encoder=minilm)."
        )
    if any(isinstance(cause, IncompleteSnapshotError) for cause in causes):
        return (
            f"Only part of the model {model} is on this machine and the model hub cannot be used ({_trouble()}); fetch "
            f"the rest where there is a network with {fetch}."
        )
    if any(isinstance(cause, LocalEntryNotFoundError) for cause in causes):
        return (
            f"The model {model} is not on this machine and the model hub cannot be used ({_trouble()}); fetch it where "
            f"there is a network with {fetch}, or use a bundled one (encoder=minilm)."
        )
    if any(type(cause).__module__.split(".")[0] in ("httpx", "httpx2") for cause in causes):
        return f"The model {model} could not be fetched ({_root(causes)}); run the same command again to continue."
    return None


def _of_model(causes: list[BaseException], settings: EncoderSettings) -> str | None:
    said = " ".join(str(cause) for cause in causes)
    if "trust_remote_code" in said:
        return f"The model {settings.model} brings its own code; if you trust it, set encoder.trust_remote_code=true."
    if any(isinstance(cause, ImportError) for cause in causes):
        return f"The model {settings.model} needs a package that is missing ({_root(causes)}); install it."
    if any(isinstance(cause, UnicodeDecodeError) or type(cause).__name__ in _MALFORMED for cause in causes):
        return (
            f"A file of the model {settings.model} is damaged ({_root(causes)}); delete its folder, then fetch or save "
            "it again."
        )
    return None


_MALFORMED = ("JSONDecodeError", "SafetensorError", "UnpicklingError", "BadZipFile")


def _trouble() -> str:
    return _short(hub_trouble() or "the files are not there")


def _status(cause: BaseException) -> int | None:
    """The status of an answer that was an error."""
    response: Any = getattr(cause, "response", None)
    return getattr(response, "status_code", None)


def _chain(error: BaseException | None) -> list[BaseException]:
    """The error and what caused it, the root cause last."""
    chain: list[BaseException] = []
    while error is not None and error not in chain:
        chain.append(error)
        error = error.__cause__ or error.__context__
    return chain


def _root(causes: list[BaseException]) -> str:
    """What the root cause says, or whoever says anything about it."""
    return next((_line(cause) for cause in reversed(causes) if str(cause).strip()), type(causes[-1]).__name__)


def _line(error: BaseException) -> str:
    name = type(error).__name__
    said = str(error).strip().splitlines()
    return f"{name}: {_short(said[0])}" if said else name


def _short(said: str) -> str:
    return plain(said).rstrip(".")
