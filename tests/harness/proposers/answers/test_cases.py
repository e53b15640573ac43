"""Answers in every form that models give them."""

import pytest

from tests.harness.proposers.answers.cases import Case, answer, difference, load_cases


@pytest.mark.parametrize("case", load_cases(), ids=lambda case: case.name)
def test_what_comes_of_an_answer(case: Case) -> None:
    assert difference(case, answer(case)) == ""


def test_every_case_says_what_must_come_of_it() -> None:
    cases = load_cases()
    assert len(cases) >= 40
    for case in cases:
        assert case.wanted.keys() & {"has", "says"}, case.name
