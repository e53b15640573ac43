"""A clause taken out of licence texts asks for the texts that it was taken from."""

import importlib.metadata
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress

from harness.tasks.documentation.docstrings import paragraphs, plain
from harness.tasks.documentation.material import Material, Size, first_of_each, in_stable_order, normal_form, shorten

_LICENCE_FILE = re.compile(r"licen[cs]e|copying|notice", re.IGNORECASE)
_COPYRIGHT_LINE = re.compile(r"\W*(copyright|\(c\))", re.IGNORECASE)
_FEWEST_WORDS, _MOST_WORDS = 15, 90
_MOST_OWNERS = 5
_ALIKE = 0.5


def clause_to_licence(distributions: Sequence[str], size: Size) -> Material:
    """Stretches of the licence texts of installed distributions; a clause is removed wherever it stands.

    Stretches that mostly repeat another count once, and a clause that many of them share asks for nothing.
    """
    stretches = {
        f"{name}#{number}": stretch
        for name, text in _licence_files(distributions)
        for number, stretch in enumerate(_stretches(text, size.characters[1]), start=1)
        if len(stretch) >= size.characters[0]
    }
    clauses = {name: paragraphs(stretches[name]) for name in _unlike(stretches, size.documents)}
    asked = _questions(clauses, size.queries)
    return Material(
        queries=asked,
        documents={
            name: "\n\n".join(clause for clause in listed if normal_form(clause) not in asked)
            for name, listed in clauses.items()
        },
        relevant={form: frozenset(_owners(form, clauses)) for form in asked},
    )


def versions(distributions: Sequence[str]) -> list[str]:
    """What tells these distributions from changed ones: name and version of those that are installed."""
    told = []
    for distribution in distributions:
        with suppress(importlib.metadata.PackageNotFoundError):
            told.append(f"{distribution} {importlib.metadata.version(distribution)}")
    return told


def _licence_files(distributions: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Name (distribution and place in it) and text of each licence file; an absent distribution has none."""
    for distribution in distributions:
        try:
            files = importlib.metadata.distribution(distribution).files or []
        except importlib.metadata.PackageNotFoundError:
            continue
        for file in sorted(files, key=str):
            inside = file.as_posix().partition(".dist-info/")[2]
            if inside and _LICENCE_FILE.search(file.name):
                yield f"{distribution}/{inside}", file.read_text(encoding="utf-8")


def _stretches(text: str, characters: int) -> Iterator[str]:
    """Consecutive whole clauses, as many as fit."""
    stretch = ""
    for clause in _clauses(text):
        if stretch and len(stretch) + len(clause) + 2 > characters:
            yield stretch
            stretch = ""
        stretch = f"{stretch}\n\n{clause}" if stretch else shorten(clause, characters)
    yield stretch


def _clauses(text: str) -> list[str]:
    """Paragraphs but for copyright lines, which name the project and not the licence."""
    lines = [line.strip() for line in text.split("\n") if not _COPYRIGHT_LINE.match(line)]
    return [block for block in paragraphs("\n".join(lines)) if normal_form(block)]


def _unlike(texts: Mapping[str, str], wanted: int) -> list[str]:
    """The first names, in stable order, of texts that share less than half their words with each chosen before."""
    chosen: dict[str, set[str]] = {}
    for name in in_stable_order(first_of_each(texts)):
        words = set(normal_form(texts[name]).split())
        if all(len(words & other) < _ALIKE * len(words | other) for other in chosen.values()):
            chosen[name] = words
        if len(chosen) == wanted:
            break
    return list(chosen)


def _questions(clauses: Mapping[str, Sequence[str]], wanted: int) -> dict[str, str]:
    """Normal form to clause: at most one new clause per licence, the one that fewest share."""
    asked: dict[str, str] = {}
    for listed in clauses.values():
        choices = []
        for clause in listed[1:]:
            form = normal_form(clause)
            owners = len(_owners(form, clauses))
            announces_another = clause.endswith(":")
            fits = owners <= _MOST_OWNERS and _FEWEST_WORDS <= len(clause.split()) <= _MOST_WORDS
            if fits and not announces_another:
                choices.append((owners, form, clause))
        if choices and len(asked) < wanted:
            _, form, clause = min(choices)
            asked[form] = plain(clause)
    return asked


def _owners(form: str, clauses: Mapping[str, Sequence[str]]) -> list[str]:
    return [name for name, listed in clauses.items() if form in map(normal_form, listed)]
