"""One question to a model and what came back."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Protocol

from archive import ArchiveError, UsageRecord
from harness.proposers.verdicts import AnswerVerdict


@dataclass(frozen=True)
class Prompt:
    """What a model is asked: a prefix that stays the same for a whole run, so that providers cache it, and the rest."""

    prefix: str
    body: str
    settled: int = 0
    """So many characters of the body, from its beginning, are mostly those that the last body began with, so that a
    provider may cache them too."""


@dataclass(frozen=True)
class Exchange:
    """A model's answer, whatever it is worth."""

    text: str
    verdict: AnswerVerdict
    """As far as the server tells: ok, refused, cut-off or empty."""
    detail: str
    """The server's own word for it: a stop reason, a refusal's text or an error's message."""
    usage: UsageRecord


class ChatClient(Protocol):
    """One model on one server."""

    provider: str
    model: str

    def connect(self) -> None:
        """Get ready to ask. Raises UsageError where the key is missing."""

    def request(self, prompt: Prompt) -> dict[str, Any]:
        """The body that `complete` sends, less the key: what decides the answer, and nothing else."""

    def complete(self, prompt: Prompt) -> Exchange:
        """Ask once, and wait for the answer, whose worth is told by its verdict.

        Raises Fault for a try that may be made again, PromptTooLong, and UsageError or JobError where the server cannot
        be used at all: a bad key, an unknown model, an empty account.
        """


def request_hash(request: Mapping[str, Any]) -> str:
    """Hash of a request's canonical JSON: equal hashes ask the same thing."""
    canonical = json.dumps(request, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def to_mapping(exchange: Exchange) -> dict[str, Any]:
    """An exchange as JSON-ready values."""
    return asdict(exchange)


def from_kept(response: str) -> tuple[str, Exchange]:
    """The model and the exchange of a text that an archive holds. Raises ArchiveError for one that is none of ours."""
    try:
        kept = json.loads(response)
        return str(kept["model"]), from_mapping(kept["exchange"])
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError) as error:
        raise ArchiveError(
            f"The archive holds an answer of a model that cannot be read ({type(error).__name__}); "
            "`ttc archive check` says what else is wrong."
        ) from error


def from_mapping(mapping: Mapping[str, Any]) -> Exchange:
    """What `to_mapping` made."""
    return Exchange(
        text=mapping["text"],
        verdict=AnswerVerdict(mapping["verdict"]),
        detail=mapping["detail"],
        usage=UsageRecord(**mapping["usage"]),
    )
