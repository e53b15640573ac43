"""A search by another measure, for another objective, read back from its archive."""

import json
from pathlib import Path

import numpy as np

from archive import Archive, Program
from archive.checking import check
from harness.results import Run
from tests.e2e.conftest import QUICK, Ttc

GOAL = ("search.measure=R@100", "search.measures=[nDCG@10,RR@10,AP@100]", "search.maximise=median")
MEASURES = {"nDCG@10", "R@100", "RR@10", "AP@100"}


def test_a_search_by_recall_for_the_median(tmp_path: Path, ttc: Ttc) -> None:
    started = ttc("discover", *QUICK, *GOAL, "search.generations=2")
    assert started.returncode == 0, started.stderr
    with Archive.open(tmp_path / "ttc-archive.db", read_only=True) as archive:
        (run,) = archive.runs()
        assert check(archive) == []
        assert (run.record.measure, run.record.maximise) == ("R@100", "median")
        tasks = {task.name: task for task in run.record.tasks}
        programs = archive.programs(run.id)
        assert len(programs) == 5
        for program in programs:
            if program.record.verdict != "ok":
                continue
            deltas = []
            for outcome in program.record.outcomes:
                cosine, found = tasks[outcome.task].by_measure, outcome.by_measure
                assert set(found) == set(cosine) == MEASURES
                assert {len(one.per_query) for one in found.values()} == {tasks[outcome.task].n_queries}
                np.testing.assert_allclose(outcome.delta, found["R@100"].value - cosine["R@100"].value)
                deltas.append(outcome.delta)
            np.testing.assert_allclose(program.record.worth, np.median(deltas))
        best = _best(programs)
        assert [one.id for one in archive.frontier(run.id)][-1] == best.id
    frame = Run(tmp_path / "ttc-archive.db", run.id).frame(per_query=True)
    others = ["R@100", "RR@10", "AP@100"]
    assert list(frame.columns) == ["program", "task", "query", "cosine", "ndcg", *others, "delta"]
    np.testing.assert_array_equal(frame["delta"], frame["R@100"] - frame["cosine"])
    assert "R@100 against cosine, median of 3 tasks" in ttc("frontier").stdout
    shown = ttc("show", str(best.number)).stdout
    assert "of R@100 over 3 tasks" in shown
    assert "by median" in shown
    (listed,) = json.loads(ttc("runs", "--json").stdout)
    assert (listed["measure"], listed["maximise"]) == ("R@100", "median")
    report = tmp_path / "report.html"
    assert ttc("report", "--output", str(report)).returncode == 0
    assert "median delta R@100" in report.read_text("utf-8")


def test_ndcg_is_the_same_to_the_bit_whatever_a_search_goes_by(tmp_path: Path, ttc: Ttc) -> None:
    seeds = []
    for name, goal in (("default.db", ()), ("recall.db", GOAL)):
        assert ttc("discover", *QUICK, *goal, "search.generations=0", f"archive.path={name}").returncode == 0
        with Archive.open(tmp_path / name, read_only=True) as archive:
            programs = archive.programs(archive.runs()[0].id)
        seeds.append([[(o.task, o.ndcg, o.per_query.tolist()) for o in p.record.outcomes] for p in programs])  # type: ignore[union-attr]
    assert seeds[0] == seeds[1]


def test_evaluate_names_its_measure(ttc: Ttc) -> None:
    evaluated = ttc("evaluate", "bm25", *QUICK, "search.measure=RR@10")
    assert evaluated.returncode == 0, evaluated.stderr
    assert "RR@10" in evaluated.stdout.splitlines()[0]
    refused = ttc("evaluate", "bm25", *QUICK, "search.measure=nDCG@ten")
    assert refused.returncode == 2
    assert "'nDCG@ten' is no measure; write nDCG@k, R@k, RR@k, AP@k or P@k" in refused.stderr


def _best(programs: list[Program]) -> Program:
    """The cheapest of those that are worth most, the first of equals."""
    measured = [program for program in programs if program.record.worth is not None]
    return min(measured, key=lambda one: (-(one.record.worth or 0.0), one.record.cost_ratio or 0.0, one.number))
