"""The first sentence of a docstring asks for the function it describes, whose docstring is removed."""

import re
from collections.abc import Sequence

from harness.tasks.documentation.docstrings import is_question, summary
from harness.tasks.documentation.material import Material, Size, first_of_each, one_answer_each
from harness.tasks.documentation.sources import Definition, Library


def summary_to_code(library: Library, package: str, parts: Sequence[str], size: Size) -> Material:
    """Functions of the wanted length. A function's own name is blanked: it often says the sentence once more."""
    asks: dict[str, str] = {}
    bodies: dict[str, str] = {}
    for definition in library.definitions(package, parts):
        ask = summary(definition.docstring)
        if is_question(ask) and size.characters[0] <= len(definition.code) <= size.characters[1]:
            asks[definition.name], bodies[definition.name] = ask, _nameless(definition)
    unrepeated = set(first_of_each(asks)) & set(first_of_each(bodies))
    return one_answer_each(asks, {name: bodies[name] for name in unrepeated}, size)


def _nameless(definition: Definition) -> str:
    own_name = definition.name.rsplit(".", 1)[-1]
    return re.sub(rf"\b{re.escape(own_name)}\b", "_", definition.code)
