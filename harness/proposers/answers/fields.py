"""The fields of an answer, however they are set: plain, bold, numbered, as headings, in a table, as JSON."""

import re
from collections.abc import Iterator, Sequence

FIELDS = ("NAME", "PARENTS", "CLAIM", "EFFECT", "LESSON", "TRIAL")
_WORD = rf"(?P<field>{'|'.join(FIELDS)})"
_LEAD = r"[\s*#>_`+•-]*(?:\(?\d{1,2}[.):]+[\s*_`]*)?"
_HEADED = re.compile(rf"^{_LEAD}{_WORD}[\s*_`]*[:：=][\s*_]*(?P<text>.*)$", re.IGNORECASE)
_DASHED = re.compile(rf"^{_LEAD}{_WORD}[\s*_`]* (?:-|–|—) (?P<text>.*)$")
_TABLE = re.compile(rf"^\s*\|[\s*_`]*{_WORD}[\s*_`:]*\|(?P<text>.*)$", re.IGNORECASE)
_JSON = re.compile(rf'^\s*"{_WORD}"\s*:(?P<text>.*)$', re.IGNORECASE)
_ALONE = re.compile(
    rf"^(?:\s*#{{1,6}}(?!#){_LEAD}|\s*[*_]{{2}}\s*|\s*\d{{1,2}}[.)]\s*[*_]*){_WORD}[\s*_]*(?::[\s*_]*)?$", re.IGNORECASE
)
_ELEMENT = re.compile(rf"^\s*<{_WORD}>(?P<text>.*?)(?:</(?P=field)>\s*)?$", re.IGNORECASE)
_GLUED = re.compile(rf"(?<=\S)[ \t]*[*_`]{{0,3}}(?=\b(?:{'|'.join(FIELDS)})[*_`]{{0,3}}:)")
"""Before a field that stands in the line of an earlier one; in capitals, as it is asked for."""
_MARKS = "\ufeff\u200b\u2060"
"""Signs without a width that some writers put before a text."""
_ENDING = re.compile(r"[\s|:-]{3,}|\s*</?\w+>\s*|\s*[}\]],?\s*")
_FORMS = ((_TABLE, " |"), (_JSON, ' "[],'), (_ELEMENT, ""), (_ALONE, ""), (_HEADED, ""), (_DASHED, ""))
"""With the signs around a text that belong to the form. None has two neighbours that both may take a long run of signs:
an answer must not take minutes to read."""


def read_fields(sections: Sequence[Sequence[str]]) -> dict[str, str]:
    """Field to text; of several mentions the one in the first of the `sections` counts, and in it the first.

    A field runs on to the next one or to an empty line; below a heading of its own it may begin after one.
    """
    found: dict[str, str] = {}
    for section in sections:
        found = _read(section) | found
    return found


def has_fields(lines: Sequence[str]) -> bool:
    """Whether any line begins a field."""
    return any(_head(line.lstrip(_MARKS)) is not None for line in lines)


def _read(lines: Sequence[str]) -> dict[str, str]:
    found: dict[str, list[str]] = {}
    current: list[str] | None = None
    waits = False
    for line in _parted(lines):
        head = _head(line)
        if head is not None:
            field, text, waits = head
            current = [] if field in found else found.setdefault(field, [])
            current.append(text)
        elif not line.strip() or _ENDING.fullmatch(line):
            current = current if waits and not line.strip() else None
        elif line.lstrip().startswith("#"):
            current = None
        elif current is not None:
            current.append(line.strip())
            waits = False
    return {field: _plain(" ".join(filter(None, texts))) for field, texts in found.items()}


def _parted(lines: Sequence[str]) -> Iterator[str]:
    """The lines, each field on one of its own, without a fence that stands behind it."""
    for bare in _by_rows(lines):
        found = _match(bare)
        if found is None:
            yield bare
            continue
        begun = found[0].end("field")  # what stands before the first field is its number, and signs
        text, *others = _GLUED.split(bare[begun:].partition("```")[0])
        yield from (bare[:begun] + text, *others)


def _by_rows(lines: Sequence[str]) -> Iterator[str]:
    """The lines, a table with a field at the head of each column turned into one with a field in each row."""
    heads: list[str] = []
    for line in lines:
        bare = line.lstrip(_MARKS)
        cells = [cell.strip(" *_`:") for cell in bare.strip().strip("|").split("|")] if "|" in bare else []
        if len(cells) > 1 and all(cell.upper() in FIELDS for cell in cells):
            heads = cells
        elif heads and len(cells) == len(heads):
            if not _ENDING.fullmatch(bare):
                yield from (f"{head}: {cell}" for head, cell in zip(heads, cells, strict=True))
                heads = []
        else:
            heads = []
            yield bare


def _head(line: str) -> tuple[str, str, bool] | None:
    """The field that a line begins, what it says of it, and whether that may come after an empty line."""
    found = _match(line)
    if found is None:
        return None
    match, signs = found
    text = match.groupdict().get("text") or ""
    text = text.strip().strip(signs).strip() if signs else text.strip()
    return match["field"].upper(), text.rstrip("*_ "), match.re is _ALONE


def _match(line: str) -> tuple[re.Match[str], str] | None:
    """How a line begins a field, with the signs around its text that belong to the form."""
    return next(((match, signs) for form, signs in _FORMS if (match := form.match(line))), None)


def _plain(text: str) -> str:
    """Without marks around the whole of it."""
    text = text.strip()
    for mark in ("**", "__", "`", "*"):
        if len(text) > 2 * len(mark) and text.startswith(mark) and text.endswith(mark) and text.count(mark) == 2:
            text = text[len(mark) : -len(mark)].strip()
    return text
