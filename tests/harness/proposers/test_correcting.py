"""What a model is told of answers that could not be used, and what a judge says."""

import pytest

from harness.proposers.correcting import MOST_LINES, Objection, correction, failure_told, numbered
from harness.proposers.judgment import Judgment, read_judgment


def test_every_attempt_is_told_its_number_the_last_answer_and_all_objections() -> None:
    first, second = Objection("No name.", "a = 1\nb = 2\n"), Objection("No rerank.", "c = 3\n")
    assert correction([], 4) == ""
    told = correction([first], 4)
    assert "No name." in told and "   2 | b = 2" in told and "attempt 2 of 4" in told
    again = correction([first, second], 4)
    assert again.startswith("No rerank.") and "1. No name." in again
    assert "   1 | c = 3" in again and "b = 2" not in again
    assert correction([first, first], 4) != told  # a model that answers equal requests equally gets another one


def test_a_failed_program_is_shown_with_its_lines_and_the_error() -> None:
    told = failure_told("On small: ZeroDivisionError in line 2.", "a = 1\nb = a / 0\n", 0, 2)
    assert "ZeroDivisionError in line 2." in told and "   2 | b = a / 0" in told and "attempt 1 of 2" in told
    assert failure_told("", "", 1, 2) != failure_told("", "", 0, 2)


def test_thinking_and_what_is_too_long_are_not_shown_again() -> None:
    assert numbered("<think>secret</think>a = 1\n") == "   1 | a = 1"
    assert numbered("a\n" * (MOST_LINES + 1)).endswith(f"{MOST_LINES} | a\n(The rest is left out.)")


@pytest.mark.parametrize(
    ("text", "judgment"),
    [
        ("NOVEL: it sorts.", Judgment(True, "it sorts")),
        ("**NOT_NOVEL**\nOnly a constant.", Judgment(False, "Only a constant")),
        ("not novel - it only renames", Judgment(False, "it only renames")),
        ("<think>It is NOVEL? No.</think>\n\nNOT_NOVEL, as both sort.", Judgment(False, "as both sort")),
        ("Verdict: `NOVEL`", Judgment(True, "")),
        ("Both normalise rows, so the second is NOT_NOVEL.", Judgment(False, "Both normalise rows, so the second is")),
        ("The second adds BM25.\n\nNOVEL", Judgment(True, "The second adds BM25")),
        ("I cannot tell.", None),
        ("It may be NOVEL or NOT_NOVEL.", None),
        ("A novel is a long story.", None),
        ("", None),
    ],
)
def test_a_judgment_is_read_in_any_dress_or_not_at_all(text: str, judgment: Judgment | None) -> None:
    assert read_judgment(text) == judgment
