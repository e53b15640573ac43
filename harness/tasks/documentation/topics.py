"""A paragraph taken out of a topic of Python's language reference asks for the topic it was taken from."""

import importlib
from collections.abc import Mapping, Sequence

from harness.errors import TaskError
from harness.tasks.documentation.docstrings import paragraphs, plain
from harness.tasks.documentation.material import Material, Size, first_of_each, normal_form, one_answer_each, shorten

_FEWEST_WORDS, _MOST_WORDS = 25, 90


def paragraph_to_topic(size: Size) -> Material:
    """Each topic is cut to size and loses the last suitable paragraph of what is left."""
    topics = _topics()
    forms = [normal_form(text) for text in topics.values()]
    held_out: dict[str, str] = {}
    texts: dict[str, str] = {}
    for name in first_of_each(topics):
        blocks = paragraphs(shorten(topics[name], size.characters[1]))
        suitable = [place for place, block in enumerate(blocks) if place and _is_question(block, forms)]
        if suitable:
            held_out[name] = plain(blocks.pop(suitable[-1]))
        text = "\n\n".join(blocks)
        if len(text) >= size.characters[0]:
            texts[name] = text
    return one_answer_each(held_out, texts, size)


def _topics() -> Mapping[str, str]:
    try:
        topics: Mapping[str, str] = importlib.import_module("pydoc_data.topics").topics
    except ImportError:
        raise TaskError(
            "This Python comes without pydoc_data, the language reference that the task python-topics reads; "
            "install the full standard library."
        ) from None
    return topics


def _is_question(block: str, forms: Sequence[str]) -> bool:
    """Whether a block is prose that stands in one topic alone: some topics contain others whole."""
    prose = not block.startswith(" ") and "::=" not in block and _FEWEST_WORDS <= len(block.split()) <= _MOST_WORDS
    return prose and sum(normal_form(block) in form for form in forms) == 1
