"""Reading docstrings: summary, paragraphs, numpydoc sections, and what See Also, Parameters and References list."""

import re

_UNDERLINED = re.compile(r"^(?P<title>[A-Z][A-Za-z ]+)\n[-=]{3,}[ ]*$", re.MULTILINE)
_ROLE = re.compile(r":[a-z:]+:`~?([^`]+)`")
_SIGNATURE = re.compile(r"[\w.]+\(")
_NAME = re.compile(r"[A-Za-z_][\w.]*")
_ADDRESS = re.compile(r":[a-z]+:`[^`]*`|<?\b(https?://|doi:|arXiv:)\S+", re.IGNORECASE)


def summary(docstring: str) -> str:
    """First sentence of the first paragraph, on one line."""
    return re.split(r"(?<=[a-z)`'\"][.!?])\s", plain(paragraphs(docstring)[0]))[0]


def is_question(sentence: str) -> bool:
    """Whether a sentence has the words to ask for one thing: not a heading, not a page, not a call signature."""
    return 5 <= len(sentence.split()) <= 40 and not _SIGNATURE.match(sentence)


def paragraphs(text: str) -> list[str]:
    """Blocks parted by blank lines, at least one."""
    return [block.strip("\n") for block in re.split(r"\n\s*\n", text.strip())]


def plain(text: str) -> str:
    """One line, cross-reference roles reduced to the name they show."""
    return " ".join(_ROLE.sub(r"\1", text).replace("``", "`").split())


def sections(docstring: str) -> list[tuple[str, str]]:
    """Title and body of each numpydoc section in order; what stands before the first has the title ''."""
    marks = list(_UNDERLINED.finditer(docstring))
    starts = [0, *(mark.end() for mark in marks)]
    ends = [*(mark.start() for mark in marks), len(docstring)]
    titles = ["", *(mark["title"].strip() for mark in marks)]
    return [(title, docstring[start:end].strip("\n")) for title, start, end in zip(titles, starts, ends, strict=True)]


def section(docstring: str, wanted: str) -> str:
    """Body of one section, '' where there is none."""
    return "\n".join(body for title, body in sections(docstring) if title == wanted)


def without_sections(docstring: str, *left_out: str) -> str:
    """The docstring with the named sections removed."""
    kept = [(title, body) for title, body in sections(docstring) if title not in left_out]
    return "\n\n".join(f"{title}\n{body}" if title else body for title, body in kept).strip()


def see_also_names(docstring: str) -> list[str]:
    """Names that the See Also section lists: what stands before a colon, or a whole line of names."""
    names: list[str] = []
    for line in section(docstring, "See Also").split("\n"):
        if line.startswith(" "):
            continue  # the explanation of the name above
        listed = _ROLE.sub(r"\1", line).split(" : ")[0].rstrip(":")
        pieces = [piece.strip(" `~.") for piece in listed.split(",")]
        if all(_NAME.fullmatch(piece) for piece in pieces if piece):
            names.extend(piece for piece in pieces if piece)
    return names


def parameters(docstring: str) -> list[tuple[str, str]]:
    """Heading (name and type) and description of each entry of the Parameters section, as written."""
    entries = re.split(r"^(?=\S)", section(docstring, "Parameters"), flags=re.MULTILINE)
    parted = [entry.rstrip().partition("\n") for entry in entries]
    return [(heading, description) for heading, _, description in parted if description.strip()]


def references(docstring: str) -> list[str]:
    """Works that the References section cites, one line each, without their addresses."""
    entries = re.split(r"^\s*\.\. \[[^\]]+\]", section(docstring, "References"), flags=re.MULTILINE)[1:]
    return [" ".join(_ADDRESS.sub("", entry).split()) for entry in entries]
