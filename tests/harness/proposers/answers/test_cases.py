"""Answers in every form that models give them."""

from dataclasses import replace

import pytest

from tests.harness.proposers.answers.cases import Case, answer, difference, load_cases


@pytest.mark.parametrize("case", load_cases(), ids=lambda case: case.name)
def test_what_comes_of_an_answer(case: Case) -> None:
    assert difference(case, answer(case)) == ""


@pytest.mark.parametrize("ending", ["\r\n", "\r"])
@pytest.mark.parametrize("name", ["fields-numbered", "fence-in-a-bullet", "diff-of-two-hunks"])
def test_how_lines_end_changes_nothing(name: str, ending: str) -> None:
    (case,) = [case for case in load_cases() if case.name == name]
    came = answer(replace(case, text=case.text.replace("\n", ending)))
    assert came == answer(case) and difference(case, came) == ""


def test_every_case_says_what_must_come_of_it() -> None:
    cases = load_cases()
    assert len(cases) >= 40
    for case in cases:
        assert case.wanted.keys() & {"has", "says"}, case.name
