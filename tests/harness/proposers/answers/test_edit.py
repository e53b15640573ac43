"""Edits apply whole or not at all, and say why not."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from harness.proposers.answers.edit import EditError, apply_edits

PARENT = """import numpy as np


def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):
    top = sim.argmax(axis=1)
    moved = q_emb + d_emb[top]
    scores = moved @ d_emb.T
    return scores
"""


def block(search: str, replace: str) -> str:
    return f"<<<<<<< SEARCH\n{search}\n=======\n{replace}\n>>>>>>> REPLACE\n"


def test_edits_apply_in_order() -> None:
    edits = block("    scores = moved @ d_emb.T", "    scores = moved @ d_emb.T + sim") + block(
        "    top = sim.argmax(axis=1)\n    moved = q_emb + d_emb[top]   ",
        "    moved = q_emb + d_emb[sim.argmax(axis=1)]",
    )
    edited = apply_edits(PARENT, edits)
    assert "+ sim" in edited
    assert "top =" not in edited
    assert edited.count("\n") == PARENT.count("\n") - 1


def test_lines_may_be_removed() -> None:
    assert "scores = moved" not in apply_edits(
        PARENT, "<<<<<<< SEARCH\n    scores = moved @ d_emb.T\n=======\n>>>>>>> REPLACE"
    )


@pytest.mark.parametrize(
    ("edits", "diagnosis"),
    [
        (block("    moved = q_emb + d_emb[best]", "    moved = q_emb"), "line 6 is '    moved = q_emb + d_emb"),
        (block("completely other words here", "x"), "'completely other words here' is not in the parent"),
        (block("    return scores\n    scores = moved @ d_emb.T", "x"), "not in this order"),
        (block("", "x"), "has no lines to search for"),
        (block("    return scores", "    return scores"), "leave the parent unchanged"),
        ("<<<<<<< SEARCH\n    return scores\n", "not closed"),
        ("=======\n", "malformed"),
        ("nothing at all", "not closed"),
    ],
)
def test_what_does_not_apply_is_diagnosed(edits: str, diagnosis: str) -> None:
    with pytest.raises(EditError) as caught:
        apply_edits(PARENT, edits)
    assert diagnosis in str(caught.value)


def test_an_ambiguous_edit_names_the_places() -> None:
    with pytest.raises(EditError, match="at lines 1, 3"):
        apply_edits("a = 1\nb = 2\na = 1\n", block("a = 1", "a = 2"))


LINES = st.lists(st.text("abc =", min_size=1, max_size=6), min_size=1, max_size=8)


@given(LINES, LINES, LINES, LINES)
def test_a_unique_span_is_replaced_and_nothing_else(
    before: list[str], span: list[str], after: list[str], new: list[str]
) -> None:
    lines = before + span + after
    stripped = [line.rstrip() for line in lines]
    wanted = [line.rstrip() for line in span]
    assume(any(wanted))
    assume([i for i in range(len(lines)) if stripped[i : i + len(span)] == wanted] == [len(before)])
    assume([line.rstrip() for line in new] != wanted)
    assume([line.rstrip() for line in before + new + after] != stripped)
    edited = apply_edits("\n".join(lines), block("\n".join(span), "\n".join(new)))
    assert edited.splitlines() == before + new + after


@pytest.mark.parametrize("separator", ["\f", "\x1c", "\u2028"])
def test_a_separator_within_a_string_stays(separator: str) -> None:
    parent = f"a = '{separator}'\nb = 1\n"
    assert apply_edits(parent, block("b = 1", "b = 2")) == f"a = '{separator}'\nb = 2\n"
