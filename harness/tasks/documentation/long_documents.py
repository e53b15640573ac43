"""Long documents, whose answer often stands beyond what an encoder reads of a text."""

from collections import Counter
from collections.abc import Mapping, Sequence

from harness.tasks.documentation.docstrings import (
    is_question,
    paragraphs,
    parameters,
    plain,
    references,
    summary,
    without_sections,
)
from harness.tasks.documentation.material import (
    Material,
    Size,
    first_of_each,
    in_stable_order,
    normal_form,
    one_answer_each,
    shorten,
)
from harness.tasks.documentation.sources import Definition, Library, Module

_BEYOND = 1000
"""Characters at the start of a document out of which nothing is asked: about what a 256-token encoder reads."""


def summary_to_module(library: Library, package: str, parts: Sequence[str], size: Size) -> Material:
    """The summary of a function asks for the documentation of its module, out of which it was taken."""
    asks: dict[str, str] = {}
    texts: dict[str, str] = {}
    for module in library.modules(package, parts):
        text = shorten(_documentation(module), size.characters[1])
        late = {found.name: found for found in module.definitions if text.find(_entry(found)) > _BEYOND}
        names = in_stable_order(name for name, found in late.items() if is_question(summary(found.docstring)))
        if names and len(text) >= size.characters[0]:
            docstring = late[names[0]].docstring
            asks[module.name] = summary(docstring)
            texts[module.name] = text.replace(paragraphs(docstring)[0], "", 1)
    return one_answer_each(asks, texts, size)


def parameter_to_class(library: Library, package: str, parts: Sequence[str], size: Size) -> Material:
    """The description of a parameter asks for the one class that has it, out of whose docstring it was taken."""
    docstrings = {found.name: found.docstring for found in library.definitions(package, parts) if found.is_class}
    uses = Counter(
        normal_form(description) for docstring in docstrings.values() for _, description in parameters(docstring)
    )
    asks: dict[str, str] = {}
    texts: dict[str, str] = {}
    for name, docstring in docstrings.items():
        text = shorten(without_sections(docstring, "See Also", "References", "Examples"), size.characters[1])
        entry = _late_parameter(docstring, text, uses)
        if entry is not None and len(text) >= size.characters[0]:
            asks[name] = plain(entry[1])
            texts[name] = text.replace("\n".join(entry), "", 1)
    return one_answer_each(asks, texts, size)


def citation_to_docstring(library: Library, package: str, parts: Sequence[str], size: Size) -> Material:
    """A cited work asks for the docstrings that cite it, whose list of references is removed."""
    docstrings = {found.name: found.docstring for found in library.definitions(package, parts)}
    texts = {
        name: shorten(without_sections(docstring, "See Also", "References"), size.characters[1])
        for name, docstring in docstrings.items()
    }
    cited = {name: [work for work in references(docstrings[name]) if is_question(work)] for name in docstrings}
    long = [name for name in first_of_each(texts) if cited[name] and len(texts[name]) >= size.characters[0]]
    kept = in_stable_order(long)[: size.documents]
    works = dict([(normal_form(cited[name][0]), cited[name][0]) for name in kept][: size.queries])
    return Material(
        queries=works,
        documents={name: texts[name] for name in kept},
        relevant={
            work: frozenset(name for name in kept if work in map(normal_form, references(docstrings[name])))
            for work in works
        },
    )


def _documentation(module: Module) -> str:
    return "\n\n".join([module.docstring, *map(_entry, module.definitions)]).strip()


def _entry(definition: Definition) -> str:
    return f"{definition.name}\n{definition.docstring}"


def _late_parameter(docstring: str, text: str, uses: Mapping[str, int]) -> tuple[str, str] | None:
    """The last parameter that `text` keeps, explains beyond its start, and shares with no other class."""
    fitting = [
        (heading, description)
        for heading, description in parameters(docstring)
        if uses[normal_form(description)] == 1
        and 12 <= len(description.split()) <= 90
        and text.find(f"{heading}\n{description}") > _BEYOND
    ]
    return fitting[-1] if fitting else None
