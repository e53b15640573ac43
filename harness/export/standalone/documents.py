"""Documents as they are handed in: checked, and titles joined with texts as the program was measured."""

from collections.abc import Iterable

import numpy as np

from harness.encoders.texts import LONGEST_TEXT

from .faults import RetrieverError


def joined(title: str | None, text: str) -> str:
    """A title before its text, as mteb joins them; the text alone where there is no title."""
    return f"{title} {text}".strip() if title else text.strip()


def listed(name: str, given: Iterable[str]) -> list[str]:
    """What is given, as a list. Raises RetrieverError for one string, and for what has no elements."""
    if isinstance(given, str | bytes):
        raise RetrieverError(f"The {name} are one string; give a list of strings.")
    if not isinstance(given, Iterable):
        raise RetrieverError(f"The {name} are {type(given).__name__}; give a list of strings.")
    return list(given)


def checked_documents(
    ids: Iterable[str], texts: Iterable[str], *, allow_empty: bool = False
) -> tuple[list[str], list[str]]:
    """Ids and texts as lists. Raises RetrieverError for what cannot be a corpus."""
    for name, given in (("ids", ids), ("texts", texts)):
        if isinstance(given, set | frozenset):
            raise RetrieverError(f"The {name} are a set, which has no order; give a list of strings.")
    ids, texts = listed("ids", ids), listed("texts", texts)
    if len(ids) != len(texts):
        raise RetrieverError(f"There are more ids than texts, or fewer ({len(ids)} and {len(texts)}); give each one.")
    seen: set[str] = set()
    for identifier, text in zip(ids, texts, strict=True):
        if not isinstance(identifier, str) or not identifier:
            raise RetrieverError(f"The id {identifier!r} is no string, or an empty one; name every document.")
        if identifier in seen:
            raise RetrieverError(f"The id {identifier!r} stands there twice; ids must be unique.")
        seen.add(identifier)
        if not isinstance(text, str):
            raise RetrieverError(f"The text of {identifier!r} is {type(text).__name__}; every text must be a string.")
        if not allow_empty and not text.strip():
            raise RetrieverError(f"The text of {identifier!r} is empty; write a text or leave the document out.")
        if len(text) > LONGEST_TEXT:
            raise RetrieverError(
                f"The text of {identifier!r} has {len(text):,} characters and the limit is {LONGEST_TEXT:,}; split it."
            )
    return ids, texts


def check_count(name: str, count: object) -> None:
    """Raise RetrieverError for what is no number of documents; None is none, and passes."""
    if count is None:
        return
    if not isinstance(count, int | np.integer):
        raise RetrieverError(f"{name} is {count!r}; give a whole number.")
    if count < 1:
        raise RetrieverError(f"{name} is {count}; ask for 1 document or more.")


def check_query(query: str) -> None:
    """Raise RetrieverError for what cannot be a query."""
    if not isinstance(query, str):
        raise RetrieverError(f"A query is {type(query).__name__}; give a string.")
    if not query.strip():
        raise RetrieverError("A query is empty; ask for something.")
    if len(query) > LONGEST_TEXT:
        raise RetrieverError(f"A query has {len(query):,} characters and the limit is {LONGEST_TEXT:,}; shorten it.")
