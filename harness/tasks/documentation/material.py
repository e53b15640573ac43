"""What a documentation task is made of, and how its size is kept small in the same way everywhere."""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Size:
    """How much a task takes of what its source offers."""

    documents: int
    queries: int
    characters: tuple[int, int]
    """Least and most characters of a document."""


@dataclass(frozen=True)
class Material:
    """Queries, documents and relevant document ids, before the checks of the suite."""

    queries: Mapping[str, str]
    documents: Mapping[str, str]
    relevant: Mapping[str, frozenset[str]]

    def to_json(self) -> str:
        """All of it, in its order."""
        relevant = {query: sorted(documents) for query, documents in self.relevant.items()}
        return json.dumps([dict(self.queries), dict(self.documents), relevant])

    @classmethod
    def from_json(cls, text: str) -> "Material":
        """What `to_json` wrote."""
        queries, documents, relevant = json.loads(text)
        return cls(queries, documents, {query: frozenset(listed) for query, listed in relevant.items()})


def one_answer_each(asks: Mapping[str, str], texts: Mapping[str, str], size: Size) -> Material:
    """A sample of `texts`, the first of which are asked for by the question of the same name."""
    names = in_stable_order(texts)[: size.documents]
    asked = [name for name in names if name in asks][: size.queries]
    return Material(
        queries={name: asks[name] for name in asked},
        documents={name: texts[name] for name in names},
        relevant={name: frozenset([name]) for name in asked},
    )


def in_stable_order(names: Iterable[str]) -> list[str]:
    """Names ordered by their own hash: a sample that hardly changes when a package gains or loses a few names."""
    return sorted(names, key=lambda name: hashlib.sha256(name.encode()).hexdigest())


def first_of_each(texts: Mapping[str, str]) -> list[str]:
    """Names, sorted, whose text no earlier name has: a twin would be an equally right answer that nobody judged."""
    seen: set[str] = set()
    kept = []
    for name in sorted(texts):
        form = normal_form(texts[name])
        if form and form not in seen:
            kept.append(name)
        seen.add(form)
    return kept


def normal_form(text: str) -> str:
    """Lower-case words alone, to compare texts whatever their line breaks, quotes and punctuation."""
    return " ".join(re.findall(r"\w+", text.lower()))


def shorten(text: str, characters: int) -> str:
    """The text's first lines, as many as fit."""
    if len(text) <= characters:
        return text
    return text[: characters + 1].rsplit("\n", 1)[0][:characters].rstrip()
