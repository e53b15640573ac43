"""The findings' choices look at recorded figures alone, its ablations still fit the program, its tables say what is."""

import ast
from pathlib import Path

import numpy as np
import pytest

from harness.api import open_archive
from harness.transfer.statistics import CellDelta
from sandbox import rules
from scripts.findings.ablate import EDITS, OF, ablations
from scripts.findings.choose import PUBLISHED, Choice, Told
from scripts.findings.tables import Measured, difference, differences_table, programs_table


@pytest.fixture(scope="module")
def told() -> Told:
    with open_archive(PUBLISHED) as archive:
        programs = [each for each in archive.programs(archive.runs()[0].id) if each.record.mode != "seed"]
    return Told(PUBLISHED, programs, {OF, "StemmedHybrid"})


def test_the_best_is_that_of_the_record(told: Told) -> None:
    assert told.best("", 80) == Choice("", "published.75", "ClaimsAndLikings", pytest.approx(0.1984, abs=5e-5))
    assert told.best("", 80, inductive=True).name == OF
    assert told.best("", 30, inductive=True).name == "StemmedHybrid"  # the other one came later


def test_the_frontiers_are_those_of_the_record(told: Told) -> None:
    assert [choice.name for choice in told.frontier("")] == ["GatedFeedback", "ClaimsAndLikings"]
    (cheap, dear) = told.frontier("inductive", inductive=True)
    assert (cheap.name, cheap.label) == ("StemmedHybrid", "inductive, c = 1.00 in its run") and dear.name == OF


def test_every_ablation_is_another_program_that_keeps_the_rules(told: Told, tmp_path: Path) -> None:
    (source,) = (each.record.source for each in told.programs if each.record.name == OF)
    found = [Path(choice.word).read_text() for choice in ablations(source, tmp_path)]
    assert len({ast.dump(ast.parse(text)) for text in (source, *found)}) == len(EDITS) + 1
    assert not any(rules.check(text) for text in found)
    with pytest.raises(ValueError, match="is not OwnGenericPart"):
        list(ablations(source.replace("stem(word)", "word"), tmp_path))


def measured(name: str, deltas: list[float]) -> Measured:
    cells = [CellDelta(name, "e", f"t{place}", "d", one, np.full(5, one)) for place, one in enumerate(deltas)]
    return Measured(Choice(f"chosen {name}", name, name), cells, cells, 1.0, 1.0, 2.0)


def test_tables_pair_programs_task_by_task() -> None:
    rng = np.random.default_rng(0)
    base = rng.normal(size=8)
    low, high = measured("low", base.tolist()), measured("high", (base + 0.1).tolist())
    text, p = difference(high.held_out, low.held_out)
    assert text.startswith("+0.1000 [+0.100, +0.100]") and float(p) == pytest.approx(2**-7, abs=1e-3)
    assert difference(low.held_out, low.held_out) == ("", "")
    rows = list(programs_table([low, high], low))
    assert len(rows) == 4 and rows[2].endswith("|  |  |") and "| chosen high | high | 1.00 | 1.00 | 2 |" in rows[3]
    (_, _, row) = differences_table({"high less low": (high, low)})
    assert row.count("+0.1000") == 2


def test_a_set_that_was_not_asked_for_is_a_dash() -> None:
    low = measured("low", [0.1] * 6)
    (_, _, row) = programs_table([Measured(low.choice, low.searched, (), 1.0, 1.0, 2.0)], low)
    assert "| – | – | – |" in row
