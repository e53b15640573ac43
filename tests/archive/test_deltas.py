"""A text comes back from what it shares with another."""

from hypothesis import given
from hypothesis import strategies as st

from archive.deltas import decode, encode

LINES = st.lists(st.sampled_from(["", "a", "b", "def f():", "    return 1", "é"]) | st.text(max_size=8), max_size=30)


@given(LINES, LINES)
def test_round_trip(base: list[str], text: list[str]) -> None:
    assert (
        decode(encode("\n".join(text), "\n".join(base)), "\n".join(base))
        == "\n".join(text).encode("utf-8", "replace").decode()
    )


@given(LINES)
def test_what_is_shared_costs_nothing(shared: list[str]) -> None:
    lines = [f"{number} {line}" for number, line in enumerate(shared * 20)]
    base = "\n".join(lines)
    assert len(encode("\n".join(["new", *lines, "new"]), base)) < 60


def test_a_growing_prompt_grows_by_its_new_lines() -> None:
    rows = [f"p{n} Program{n}: {n * 7919 % 1000} {n * 104729 % 997}" for n in range(500)]
    assert len(encode("\n".join(rows[:401]), "\n".join(rows[:400]))) < 100
