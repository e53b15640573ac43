"""A study from search to report, resumed without doing anything twice; and what becomes of each claim."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from archive import Archive, Cost, HeldOut, Spent
from harness.export.package import slug
from harness.reproduce.claims import judge
from harness.reproduce.lexical import correlation, halve
from harness.reproduce.published import load_published
from harness.reproduce.run import reproduce
from harness.reproduce.studies import STUDIES, Study
from harness.tasks.documentation.suite import RECIPES
from harness.transfer.analysis import Analysis, analyse
from harness.transfer.matrix import Matrix, MatrixCell
from harness.transfer.statistics import CellDelta
from primitives import programs

PUBLISHED = load_published()


def analysis(means: dict[str, tuple[float, float]], apart: float = 0.0, tasks: int = 6) -> Analysis:
    """An analysis of programs with given cost ratio and mean delta, on tasks evenly up to `apart` from it."""
    cells = []
    for program, (cost, delta) in means.items():
        for number in range(tasks):
            own = delta + apart * (2 * number / (tasks - 1) - 1)
            result = CellDelta(program, "e", f"t{number}", "law", own, np.full(9, own))
            cell = MatrixCell(program, "e", f"t{number}", "law", 0.5, 100, "ok", ndcg=0.5 + own, delta=own)
            cells.append(replace(cell, spent=Spent(Cost(round(100 * (cost - 1)))), attempts=1, result=result))
    return analyse(Matrix(tuple(means), ("e",), tuple(f"t{number}" for number in range(tasks)), tuple(cells)))


def test_published_programs_bear_the_names_of_our_readings() -> None:
    names = [slug(program.name) for program in (*PUBLISHED.compute, *PUBLISHED.transfer)]
    assert len(names) == 18 and set(names) <= set(programs.names())


def test_the_published_ladder_upholds_its_own_claims() -> None:
    inside = {slug(p.name): (p.cost_ratio, p.in_domain_mean or 0.0) for p in PUBLISHED.compute}
    outside = {slug(p.name): (p.cost_ratio, p.held_out_median) for p in (*PUBLISHED.compute, *PUBLISHED.transfer)}
    heads = (analysis({"head linear, seed 0": (1.0, 0.2)}), analysis({"head linear, seed 0": (1.0, -0.02)}))
    assert [claim.holds for claim in judge(PUBLISHED, analysis(inside), analysis(outside), heads)] == [True] * 5


def test_claims_fail_where_figures_speak_against_them() -> None:
    inside = {slug(p.name): (p.cost_ratio, 0.02 * p.cost_ratio) for p in PUBLISHED.compute}
    outside = {slug(p.name): (p.cost_ratio, -0.05) for p in (*PUBLISHED.compute, *PUBLISHED.transfer)}
    heads = (analysis({"head linear, seed 0": (1.0, -0.2)}), analysis({"head linear, seed 0": (1.0, 0.1)}))
    assert [claim.holds for claim in judge(PUBLISHED, analysis(inside), analysis(outside), heads)] == [False] * 5


def test_claims_without_figures_are_left_open() -> None:
    empty = analysis({})
    assert [claim.holds for claim in judge(PUBLISHED, empty, empty, (empty, empty))] == [None] * 5


def test_six_tasks_that_lie_apart_cannot_tell_what_is_claimed_of_other_tasks() -> None:
    inside = {slug(p.name): (p.cost_ratio, p.in_domain_mean or 0.0) for p in PUBLISHED.compute}
    outside = {slug(p.name): (p.cost_ratio, p.held_out_median) for p in (*PUBLISHED.compute, *PUBLISHED.transfer)}
    heads = (analysis({"head linear, seed 0": (1.0, 0.2)}), analysis({"head linear, seed 0": (1.0, -0.02)}, apart=0.1))
    found = judge(PUBLISHED, analysis(inside), analysis(outside, apart=0.05), heads)
    assert [claim.holds for claim in found] == [True, True, None, None, None]
    assert "of 12 intervals 0 lie above zero, 0 below" in found[2].ours
    one_loses = analysis({**outside, "cross_axis": (1.0, -0.2)}, apart=0.05)
    assert judge(PUBLISHED, analysis(inside), one_loses, heads)[3].holds is False


def test_queries_of_few_tasks_uphold_and_deny_nothing() -> None:
    outside = {slug(p.name): (p.cost_ratio, -0.05) for p in (*PUBLISHED.compute, *PUBLISHED.transfer)}
    heads = (analysis({"head linear, seed 0": (1.0, 0.2)}), analysis({"head linear, seed 0": (1.0, 0.1)}, tasks=5))
    assert heads[1].rows[0].query_interval is not None and heads[1].rows[0].query_interval.low > 0
    found = judge(PUBLISHED, analysis({}), analysis(outside, tasks=5), heads)
    assert [claim.holds for claim in found[2:]] == [None] * 3
    assert all("too few tasks" in claim.ours for claim in found[2:])


def test_gain_that_only_the_lexical_channel_brings_does_not_grow_with_cost() -> None:
    """Within each half gain falls with cost; over both it rises, since the costly half has BM25."""
    lexical = {
        row.program for row in halve(analysis({slug(p.name): (1.0, 0.0) for p in PUBLISHED.compute}).rows).with_bm25
    }
    inside = {
        slug(p.name): (p.cost_ratio, (0.3 if slug(p.name) in lexical else 0.1) - 0.001 * p.cost_ratio)
        for p in PUBLISHED.compute
    }
    rows = analysis(inside).rows
    apart = halve(rows)
    assert len(apart.without) == 4 and apart.with_bm25[0].program == "lexical_hybrid_rrf"
    over_all, *within = (correlation(some) or 0.0 for some in (rows, apart.without, apart.with_bm25))
    assert over_all > 0.5 and within == pytest.approx([-1.0, -1.0])
    empty = analysis({})
    claim = judge(PUBLISHED, analysis(inside), empty, (empty, empty))[0]
    assert claim.holds is False and "-1.00 among the 4 without BM25, -1.00 among the 8 with BM25" in claim.ours


def test_programs_of_other_authors_are_in_neither_half_and_few_have_no_correlation() -> None:
    rows = analysis({"bm25": (1.0, 0.1), "identity": (1.0, 0.0), "mine": (2.0, 0.2)}).rows
    apart = halve(rows)
    assert [row.program for some in apart.by_name.values() for row in some] == ["identity", "bm25"]
    assert correlation(apart.without) is None and correlation(rows) is not None


def test_the_offline_study_never_judges_on_a_task_that_it_searched_on() -> None:
    study = STUDIES["offline"]

    def names(words: tuple[str, ...]) -> set[str]:
        (word,) = (word for word in words if word.startswith("tasks.names="))
        return set(word.partition("=")[2].strip("[]").split(","))

    assert names(study.search) | names(study.held_out) == set(RECIPES)
    assert not names(study.search) & names(study.held_out)


@pytest.fixture
def small(quick: list[str]) -> tuple[Study, list[str]]:
    paths = next(word for word in quick if word.startswith("tasks.paths="))
    study = Study(
        description="a small study",
        encoders=("wordllama",),
        head_encoders=("wordllama",),
        search=("tasks=folder", paths, "tasks.names=[task-0,task-1]", "search.generations=1"),
        held_out=("tasks=folder", paths, "tasks.names=[task-2]"),
    )
    cache = next(word for word in quick if word.startswith("cache.folder="))
    return study, [cache, "heads.kinds=[linear]", "heads.seeds=1", "heads.epochs=2"]


@pytest.mark.long
def test_a_study_ends_in_a_report_and_is_not_done_twice(
    small: tuple[Study, list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of four programs: all of them are evaluated elsewhere, and would take half a minute."""
    four = ("coverage_triple", "lexical_hybrid_rrf", "cross_round_rrf", "diverse_dual_ctx")
    monkeypatch.setattr("harness.reproduce.run.PROGRAMS", ("frontier", *four))
    study, settings = small
    report = reproduce("small", study, tmp_path / "study", settings)
    text = report.read_text()
    assert "| CrossRoundRRF | 3.92 |" in text and "## Claims" in text and "head linear, seed 0" in text

    def state() -> tuple[int, list[str]]:
        with Archive.open(tmp_path / "study" / "small.db", read_only=True) as archive:
            return len(archive.runs()), [cell.created for cell in HeldOut(archive).cells()]

    before = state()
    assert reproduce("small", study, tmp_path / "study", settings).read_text() == text
    assert state() == before
