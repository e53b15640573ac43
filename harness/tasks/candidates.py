"""Which documents a query may rank: all of them, its nearest ones, or a list that the task brings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

FirstStage = Literal["cosine", "cosine_bm25"]


@dataclass(frozen=True)
class Candidates:
    """The first stage of a task. Programs see a query's candidates as its whole corpus."""

    depth: int | None = None
    """The nearest so many documents of each query; None: all of them."""
    first_stage: FirstStage = "cosine"
    """What is nearest: by cosine, or in turn the next by cosine and the next by BM25."""
    given: Mapping[str, Sequence[str]] | None = None
    """Query id to the ids of its documents, where the task brings lists; no other document is ranked at all."""

    @property
    def all(self) -> bool:
        """Whether every query ranks every document."""
        return self.depth is None and self.given is None

    @property
    def identity(self) -> list[object]:
        """What of it decides a score; JSON-ready."""
        given = None if self.given is None else [[query, list(listed)] for query, listed in self.given.items()]
        return [self.depth, self.first_stage, given]


ALL = Candidates()
