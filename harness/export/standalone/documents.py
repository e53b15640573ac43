"""Documents as they are handed in: checked, and titles joined with texts as the program was measured."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from harness.encoders.texts import LONGEST_TEXT

from .faults import RetrieverError


def joined(title: str | None, text: str) -> str:
    """A title before its text, as mteb joins them; the text alone where there is no title."""
    return f"{title} {text}".strip() if title else text.strip()


def check_documents(ids: Sequence[str], texts: Sequence[str], *, allow_empty: bool = False) -> None:
    """Raise RetrieverError for ids and texts that cannot be a corpus."""
    for name, given in (("ids", ids), ("texts", texts)):
        if isinstance(given, str | bytes):
            raise RetrieverError(f"The {name} are one string; give a list of strings.")
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


def check_query(query: str) -> None:
    """Raise RetrieverError for what cannot be a query."""
    if not isinstance(query, str):
        raise RetrieverError(f"A query is {type(query).__name__}; give a string.")
    if not query.strip():
        raise RetrieverError("A query is empty; ask for something.")
    if len(query) > LONGEST_TEXT:
        raise RetrieverError(f"A query has {len(query):,} characters and the limit is {LONGEST_TEXT:,}; shorten it.")


def read_corpus(file: Path | str) -> tuple[list[str], list[str]]:
    """Ids and texts of a `corpus.jsonl`: objects with `_id`, `text` and perhaps `title`, one a line.

    Raises RetrieverError for a file that cannot be read, with the line where it is to blame.
    """
    ids, texts = [], []
    for where, line in _lines(Path(file)):
        try:
            row = json.loads(line)
            identifier, title, text = row["_id"], row.get("title"), row["text"]
        except (ValueError, KeyError, TypeError, AttributeError):
            raise RetrieverError(f"{where}: this is no JSON object with _id and text; write one a line.") from None
        if isinstance(identifier, bool) or not isinstance(identifier, str | int):
            raise RetrieverError(f"{where}: _id must be a string, found {identifier!r}.")
        if not isinstance(text, str) or not isinstance(title, str | None):
            raise RetrieverError(f"{where}: title and text must be strings.")
        ids.append(str(identifier))
        texts.append(joined(title, text))
    return ids, texts


def _lines(file: Path) -> Iterator[tuple[str, str]]:
    try:
        with file.open(encoding="utf-8-sig") as lines:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    yield f"{file}, line {number}", line
    except (OSError, UnicodeDecodeError) as error:
        raise RetrieverError(f"The corpus {file} cannot be read ({error}); give a file of UTF-8 text.") from None
