"""A corpus in a file, read as the harness reads the corpus of a task: JSON, or a table under a heading."""

from collections.abc import Iterator
from pathlib import Path

from harness.errors import TaskError
from harness.tasks.reading.faults import Faults
from harness.tasks.reading.json_lines import read_json
from harness.tasks.reading.records import TITLE_KEY, Text, read_texts, require_characters
from harness.tasks.reading.sheet import read_sheet

from .faults import RetrieverError

TABLES = (".csv", ".tsv", ".csv.gz", ".tsv.gz")


def read_corpus(file: Path | str) -> tuple[list[str], list[str]]:
    """Ids and texts of JSON objects, one a line or in an array, or of a table with a heading: `_id`, `text`, `title`.

    Raises RetrieverError for a file that cannot be read, with the lines that are to blame, and for one without a
    document, or with titles alone beside texts under a name that is not known.
    """
    file = Path(file)
    faults = Faults(file)
    ids, texts, whole = [], [], False
    for document in _documents(file, faults):
        faults.attempt(document.place, lambda text=document.text: require_characters(text))  # type: ignore[misc]
        ids.append(document.identifier)
        texts.append(document.text)
        whole = whole or document.unread is None or document.unread[0] != TITLE_KEY
    try:
        faults.tell()
    except TaskError as error:
        raise RetrieverError(str(error)) from None
    if not ids:
        raise RetrieverError(f"The corpus {file} is empty; it needs documents with an _id and a text.")
    if not whole:  # the harness reads them, and tells it
        raise RetrieverError(f"In {file} every document has more text, under a name that is not known; name it 'text'.")
    return ids, texts


def _documents(file: Path, faults: Faults) -> Iterator[Text]:
    read = read_sheet if file.name.lower().endswith(TABLES) else read_json
    try:
        yield from read_texts(read(file, faults), faults)
    except TaskError as error:
        why = error.__context__ or error
        raise RetrieverError(f"The corpus {file} cannot be read ({why}); give a file of UTF-8 text.") from None
