"""Words of a collection are found wherever an archive may hold them, and common speech is not taken for them."""

from dataclasses import replace
from pathlib import Path

import pytest

from archive import Archive
from harness.published.quotes import find_quotes
from tests.archive.sample_records import program, run

TEXT = "The harbour of Elsinore was closed, in the winter of 1658, by ice."


def quoted(tmp_path: Path, text: str, **written: str) -> set[str]:
    with Archive.open(tmp_path / "archive.db") as archive:
        run_id = archive.start_run(run())
        archive.record_program(run_id, replace(program(), **written))
        return {quote.where.partition(" ")[0] for quote in find_quotes(archive, [text])}


@pytest.mark.parametrize(
    ("field", "place"),
    [("source", "source"), ("novelty_claim", "claim"), ("expected_effect", "expected"), ("lesson", "lesson")],
)
def test_a_quotation_is_found_whatever_its_case_and_punctuation(tmp_path: Path, field: str, place: str) -> None:
    assert quoted(tmp_path, TEXT, **{field: "# as in: HARBOUR of Elsinore was\n   closed in"}) == {place}


def test_fewer_words_are_none(tmp_path: Path) -> None:
    assert quoted(tmp_path, TEXT, lesson="the harbour of Elsinore was open") == set()


def test_a_short_text_is_looked_for_as_a_whole(tmp_path: Path) -> None:
    assert quoted(tmp_path, "Where is Elsinore?", lesson="asked where is elsinore, it failed") == {"lesson"}


def test_a_short_text_of_two_words_is_not(tmp_path: Path) -> None:
    assert quoted(tmp_path, "Elsinore harbour", lesson="elsinore harbour") == set()


def test_imports_and_tables_are_no_quotations(tmp_path: Path) -> None:
    code = "from collections import Counter\nfrom itertools import chain\nx = [0, 0, 0, 0, 0, 0, 0]\n"
    assert quoted(tmp_path, code, source=code) == set()
