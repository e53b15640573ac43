"""Measures and objectives that other packages bring; what is wrong with one is a sentence."""

from collections.abc import Callable
from pathlib import Path

import pytest

import harness
from harness import plugins
from harness.errors import UsageError
from harness.evaluation.measures import find_measure
from harness.evaluation.objectives import find_objective, label_of
from harness.settings import compose
from harness.settings.plugged import plugins_of
from tests.harness.brought import Install, install
from tests.harness.small_tasks import write_task

__all__ = ["install"]

MEASURES = ("Success", "Picky", "spaced", "ours", "deeper", "nameless")
OBJECTIVES = ("Uncounted", "Unlabelled", "Needy", "Moody", "Strict")


def test_a_measure_and_an_objective_of_others_are_searched_by(install: Install, tmp_path: Path) -> None:
    install({plugins.MEASURES: "Success = MODULE:Success", plugins.OBJECTIVES: "worst = MODULE:Worst"})
    paths = ",".join(str(write_task(tmp_path / f"task-{shift}", shift)) for shift in range(2))
    places = [f"archive.path={tmp_path / 'a.db'}", f"cache.folder={tmp_path / 'cache'}"]
    words = ["encoder=wordllama", "tasks=folder", f"tasks.paths=[{paths}]", "search.generations=1", *places]
    goal = ["search.measure=Success@1", "search.measures=[Success(rel=2)@3]", "search.maximise=worst(floor=-1)"]
    run = harness.discover(*words, *goal)
    record = run.row.record
    assert (record.measure, record.maximise) == ("Success@1", "worst(floor=-1.0)")
    done = [program.record for program in run.programs() if program.record.mean_delta is not None]
    assert len(done) > 1
    for one in done:
        assert one.worth == pytest.approx(min(outcome.delta for outcome in one.outcomes if outcome.delta is not None))
        assert {"Success@1", "Success(rel=2)@3"} == {name for out in one.outcomes for name in out.measured}
    assert [str(plugin) for plugin in plugins_of(compose([*words, *goal]))] == [
        "measure 'Success' of theirs-pack 0.3",
        "objective 'worst' of theirs-pack 0.3",
    ]


@pytest.mark.parametrize(
    ("find", "text", "said"),
    [
        (find_measure, "Success(rel=x)@3", "it must be a whole number"),
        (find_measure, "Success(depth=2)@3", r"no option 'depth'; it has rel; write it as Success\(rel=2\)@3\.$"),
        (find_measure, "Picky@3", r"needs the option 'rel'; write it as Picky\(rel=2\)@3\.$"),
        (
            find_measure,
            "Picky(rel=1)",
            r"^The measure 'Picky' of theirs-pack 0\.3 cannot be made of Picky\(rel=1\) \(ValueError: needs a cutoff\)"
            r"; write it with its cutoff, as Picky\(rel=1\)@10, or ask its makers\.$",
        ),
        (find_measure, "Picky(rel=1)@0", r"needs a cutoff\); write another cutoff or other options, or ask its makers"),
        (find_measure, "Picky(rel=0)@3", r"\(ZeroDivisionError: .*\); write another cutoff or other options, or ask"),
        (
            find_measure,
            "spaced@3",
            "of theirs-pack 0.3, asked for as spaced@3, calls itself 'Succ at 3'.*, or tell its makers",
        ),
        (find_measure, "ours@10", "calls itself 'nDCG@10'"),
        (find_measure, "deeper@3", "calls itself 'deeper@4'"),
        (find_measure, "nameless@3", "has no name and per_query"),
        (find_measure, "succes@3", r"'succes@3' \(did you mean 'Success'\?\); .* or Shape or Success or deeper or"),
        (find_measure, "recal@3", r"did you mean 'R'\?\); write nDCG@k.*, or install the package that brings it"),
        (find_measure, "Shape@3", r"cannot be called with \(cutoff\)"),
        (find_objective, "worst(weight=2)", "worst has no parameter 'weight'; it has floor"),
        (find_objective, "worse", "did you mean 'worst'"),
        (find_objective, "three", "three' of theirs-pack 0.3 is no subclass"),
        (find_objective, "uncounted", "theirs-pack 0.3 lacks counts; tell its makers"),
        (find_objective, "unlabelled", "lacks a label"),
        (find_objective, "needy", "has a parameter 'weight' without a number as its default"),
        (find_objective, "moody", "has a parameter 'mood' without a number as its default"),
        (
            find_objective,
            "strict(weight=0)",
            r"made of strict\(weight=0\) \(ValueError: weight is small\); write other",
        ),
    ],
)
def test_a_measure_or_an_objective_that_is_none_is_a_sentence(
    install: Install, find: Callable[[str], object], text: str, said: str
) -> None:
    install(
        {
            plugins.MEASURES: "Shape = MODULE:of_another_shape\n" + _entries(*MEASURES),
            plugins.OBJECTIVES: "worst = MODULE:Worst\nthree = MODULE:not_callable\n" + _entries(*OBJECTIVES),
        }
    )
    with pytest.raises(UsageError, match=said) as caught:
        find(text)
    assert "\n" not in str(caught.value)


def _entries(*named: str) -> str:
    """A measure is called as in its module, an objective in lower case."""
    return "\n".join(f"{name.lower() if name in OBJECTIVES else name} = MODULE:{name}" for name in named)


def test_a_run_is_still_told_of_where_its_objective_is_not_installed(install: Install) -> None:
    assert label_of("worst(floor=-0.5)") == "worst(floor=-0.5)"
    install({plugins.OBJECTIVES: "worst = MODULE:Worst\n" + _entries(*OBJECTIVES)})
    assert label_of("worst(floor=-0.5)") == "least delta"
    for text in ("uncounted", "unlabelled", "needy", "moody", "strict(weight=0)"):
        assert label_of(text) == text
    assert label_of("strict(weight=2)") == "least delta"


def test_a_measure_asked_for_without_a_cutoff_may_have_its_own(install: Install) -> None:
    install({plugins.MEASURES: _entries(*MEASURES)})
    assert find_measure("deeper").name == find_measure("deeper@4").name == "deeper@4"
    assert find_measure(" Success(rel=2)@3 ").name == "Success(rel=2)@3"
    with pytest.raises(UsageError, match=r"calls itself 'Success@None'.*; write it with its cutoff, as Success@10, or"):
        find_measure("Success")
