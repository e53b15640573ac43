"""The log of field cases: its counts are those of its tables, and every test that it names exists."""

import re
from collections import Counter

import pytest

from tests.docs.pages import ROOT

TEXT = (ROOT / "docs" / "field.md").read_text("utf-8")
ROWS = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in TEXT.splitlines() if line.startswith("|")]
CASES = [row for row in ROWS if row[0] != "case" and not row[0].startswith("---")]
OUTCOMES = Counter(row[3] for row in CASES)


def test_the_opening_counts_what_the_tables_hold() -> None:
    opening = " ".join(TEXT.split("\n\n")[1].split())
    public = sum("#" in row[0] for row in CASES)
    for words in (
        f"logs {len(CASES)} cases",
        f"{OUTCOMES['works']} work,",
        f"{OUTCOMES['refused']} are refused",
        f"{OUTCOMES['mended']} were broken",
        f"still open: {OUTCOMES['open']}.",
        f"{public} were reported",
        f"{len(CASES) - public} are of",
    ):
        assert words in opening, words


@pytest.mark.parametrize("row", CASES, ids=lambda row: row[0].replace("/", "-"))
def test_a_case_is_whole_and_its_test_exists(row: list[str], known: set[str]) -> None:
    case, _, _, outcome, test = row
    assert re.fullmatch(r"own: [\w -]+|[\w.-]+/[\w.-]+#\d+", case)
    assert outcome in ("works", "refused", "mended", "open")
    assert (test == "") == (outcome == "open"), "what is open has no test, and nothing else"
    assert test == "" or test.strip("`") in known


@pytest.fixture(scope="module")
def known() -> set[str]:
    """The names of all tests."""
    files = (ROOT / "tests").rglob("test_*.py")
    return {name for file in files for name in re.findall(r"^ *def (test_\w+)", file.read_text("utf-8"), re.MULTILINE)}
