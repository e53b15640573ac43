"""Fields are read to the letter, however a model sets them."""

import pytest

from harness.proposers.answers.fields import read_fields

SAID = {"NAME": "WordsBesideMeaning", "PARENTS": "p1, p2", "CLAIM": "adds words: 2. to the cosine"}


@pytest.mark.parametrize(
    "form",
    [
        "{field}: {text}",
        "{number}. {field}: {text}",
        "{number}. **{field}**: {text}",
        "{number}) **{field}:** {text}",
        "- **{field}:** {text}",
        "> {field}: {text}",
        "## {field}: {text}",
        "* __{field}__: {text}",
        "{number}. `{field}`: {text}",
    ],
)
@pytest.mark.parametrize("title", [False, True])
def test_a_field_holds_its_own_words_alone(form: str, title: bool) -> None:
    lines = [
        form.format(number=number, field=field.title() if title else field, text=text)
        for number, (field, text) in enumerate(SAID.items(), start=1)
    ]
    assert read_fields([lines]) == SAID


@pytest.mark.parametrize("form", ["{field}: {text}", "**{field}:** {text}", "**{field}**: {text}"])
def test_fields_may_stand_in_one_line(form: str) -> None:
    assert read_fields([["  ".join(form.format(field=field, text=text) for field, text in SAID.items())]]) == SAID
