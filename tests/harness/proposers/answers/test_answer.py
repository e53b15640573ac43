"""Reading answers: whatever a model writes ends as a program or as a verdict."""

import contextlib
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.proposers.answers.answer import MAX_FIELD, Answer, UnreadableAnswer, parse
from harness.proposers.verdicts import AnswerVerdict

PROGRAM = "def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):\n    return sim * 2\n"
WHOLE = f"""Here is my thinking about the ledger.

NAME: TwiceCosine
PARENTS: p3, p7
CLAIM: nobody doubled it
yet, as far as I see
EFFECT: none, I fear
LESSON: centroids drift

```python
{PROGRAM}```
Good luck.
"""


def verdict_of(text: str) -> AnswerVerdict:
    with pytest.raises(UnreadableAnswer) as caught:
        parse(text)
    assert caught.value.verdict.sentence in str(caught.value)
    return caught.value.verdict


def test_a_whole_answer() -> None:
    assert parse(WHOLE) == Answer(
        name="TwiceCosine",
        parents=("p3", "p7"),
        claim="nobody doubled it yet, as far as I see",
        effect="none, I fear",
        lesson="centroids drift",
        trial=None,
        block=PROGRAM,
        is_edit=False,
    )


def test_markdown_around_the_fields_does_not_matter() -> None:
    text = WHOLE.replace("NAME:", "- **Name**:").replace("CLAIM: ", "### Claim: ")
    assert parse(text) == parse(WHOLE)


def test_an_illustrating_block_is_passed_over() -> None:
    assert parse("```\nq = q + d\n```\n" + WHOLE).block == PROGRAM


def test_the_same_program_twice_is_one() -> None:
    assert parse(WHOLE + WHOLE).block == PROGRAM


def test_of_two_answers_the_last_counts_with_its_fields() -> None:
    answer = parse(WHOLE + WHOLE.replace("* 2", "* 3").replace("TwiceCosine", "ThriceCosine"))
    assert (answer.name, "* 3" in answer.block) == ("ThriceCosine", True)


def test_an_answer_without_a_block_is_refused() -> None:
    assert verdict_of("NAME: Nothing\nI would fuse the rankings.") is AnswerVerdict.NO_PROGRAM
    assert verdict_of("```python\n```") is AnswerVerdict.NO_PROGRAM


def test_a_fence_left_open_ends_with_the_answer() -> None:
    assert parse(WHOLE.split("```\nGood")[0]).block == PROGRAM


def test_a_longer_fence_may_hold_a_shorter_one() -> None:
    inner = PROGRAM + '"""\n```\nan example\n```\n"""\n'
    assert parse(f"````python\n{inner}````\n").block == inner


def test_fields_inside_the_program_are_not_read() -> None:
    assert parse(f"NAME: Outer\n```python\n# NAME: Inner\n{PROGRAM}```").name == "Outer"


def test_edits_are_told_from_programs() -> None:
    assert parse("```diff\n<<<<<<< SEARCH\na\n=======\nb\n>>>>>>> REPLACE\n```").is_edit


WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z"), exclude_characters="`~*_#>-:"), min_size=1)


@given(WORDS, st.lists(st.from_regex(r"p[0-9]{1,4}", fullmatch=True), unique=True), WORDS, WORDS)
def test_what_is_written_is_read(claim: str, parents: list[str], effect: str, lesson: str) -> None:
    text = f"PARENTS: {', '.join(parents)}\nCLAIM: {claim}\nEFFECT: {effect}\nLESSON: {lesson}\n```python\n{PROGRAM}```"
    answer = parse(text)
    assert answer.parents == tuple(parents)
    assert (answer.claim, answer.effect, answer.lesson) == (claim[:MAX_FIELD], effect[:MAX_FIELD], lesson[:MAX_FIELD])


PIECES = st.sampled_from(
    ["```", "```python", "~~~", "NAME:", "LESSON: x", "def rerank(", "<<<<<<< SEARCH", "", "  a = 1"]
)


@given(st.lists(PIECES | st.text(max_size=20), max_size=30))
def test_any_text_is_a_program_or_a_verdict(lines: list[str]) -> None:
    try:
        answer = parse("\n".join(lines))
    except UnreadableAnswer as unreadable:
        assert unreadable.verdict is AnswerVerdict.NO_PROGRAM
    else:
        assert answer.block.strip()


@pytest.mark.parametrize("separator", ["\x1c", "\u2028"])
def test_a_separator_within_a_program_stays(separator: str) -> None:
    program = f"def rerank(q):\n    return '{separator}'\n"
    assert parse(f"NAME: A\n\n```python\n{program}```\n").block == program


LONG = 30_000


@pytest.mark.parametrize(
    "text",
    [
        "CLAIM: x" + " " * LONG + "y",
        "#" * LONG,
        "NAME" + "*" * LONG + "x",
        "| NAME |" + " " * LONG + "x",
        "```" + " " * LONG + "x\n",
        "```\n'''\n" + "```\n" * LONG,
        "<think></think>" * (LONG // 10),
        "</think>\n" * (LONG // 10),
        "<" * LONG + "\n" + "import x\n" * (LONG // 10) + "def rerank(q:\n",
        "```python\n" + "x = “1”\n" * (LONG // 10) + "def rerank(\n```",
        "```python\n" + "def rerank(" * (LONG // 10) + "\n```",
    ],
    ids=range(11),
)
def test_no_answer_takes_long_to_read(text: str) -> None:
    began = time.process_time()
    with contextlib.suppress(UnreadableAnswer):
        parse(text)
    assert time.process_time() - began < 5
