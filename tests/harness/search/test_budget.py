"""A search under a budget: what costs more counts for nothing, anywhere, and a resumed run knows the same."""

import re
from pathlib import Path

import pytest

import harness
from archive import Archive
from harness import Briefing, UsageError
from harness.evaluation.cost_limit import CostLimit
from harness.proposers.ledger_text import whole
from harness.proposers.prompt import prefix
from harness.search.desk import read_desk
from harness.settings import ProgramSettings, compose
from harness.transfer.chosen import choose, rule_of
from tests.harness.evaluation.test_evaluate import program, small_task

TASKS = [small_task("small", 12), small_task("large", 40)]
AGAIN = "return sim + 0.2 * q_emb @ embed_fn(d_texts).T"
"""Encodes every document again: 52 texts beside 60."""
HALF = """long = [row for row, text in enumerate(q_texts) if len(text) % 2]
scores = sim.copy()
if long:
    scores[long] += 0.5 * embed_fn([q_texts[row] for row in long], role="document") @ d_emb.T
return scores"""


class Author:
    """Writes a costly program, then one that spends on some queries alone, then the cosine upside down."""

    def __init__(self) -> None:
        self.heard: list[Briefing] = []

    def __call__(self, briefing: Briefing) -> str:
        self.heard.append(briefing)
        return program((AGAIN, HALF, "return -sim")[briefing.number - 4])


def words(folder: Path, *more: str) -> list[str]:
    places = [f"archive.path={folder / 'a.db'}", f"cache.folder={folder / 'cache'}"]
    return [
        "encoder=wordllama",
        "sandbox=weak",
        "search=budget",
        "search.budget=1.5",
        "archive.secret=one",
        *places,
        *more,
    ]


@pytest.fixture(scope="module")
def author() -> Author:
    return Author()


@pytest.fixture(scope="module")
def run(author: Author, tmp_path_factory: pytest.TempPathFactory) -> harness.Run:
    folder = tmp_path_factory.mktemp("whole")
    return harness.discover(*words(folder, "search.generations=3"), tasks=TASKS, proposer=author)


def test_what_costs_more_counts_for_nothing(run: harness.Run, author: Author) -> None:
    costly, half, _ = run.programs()[3:]
    assert costly.record.cost_ratio == pytest.approx(1 + 52 / 60) and costly.record.mean_delta is not None
    assert (costly.record.worth, costly.record.status, costly.record.verdict) == (None, "evaluated", "ok")
    assert costly.record.reason == "It costs 1.87, above the budget of 1.5 in texts."
    assert costly.record.flags == ["over_budget"] and half.record.worth == half.record.mean_delta
    assert 1 < (half.record.cost_ratio or 0) <= 1.5
    heard = author.heard[-1]
    assert costly.id not in {view.id for view in (*heard.frontier, *heard.parents)}
    assert "(over the budget), cost 1.87" in whole(next(row for row in heard.ledger if row.id == costly.id))
    assert all((found.record.cost_ratio or 0) <= 1.5 for found in run.frontier())
    with Archive.open(run.archive, read_only=True) as archive:
        recorded = archive.run(run.id).record
        limit = CostLimit.of(recorded)
        assert (recorded.objective, limit and limit.told) == ("budget", "1.5 in texts")
        chosen = choose(archive.programs(run.id), recorded)
        assert chosen.best and "over_budget" not in chosen.best.record.flags and "budget" in rule_of(recorded)
        desk = read_desk(archive, run.id)
    assert {one.id for one in desk.history.candidates()} == {
        found.id for found in run.programs() if found.record.worth is not None
    }


def test_a_resumed_run_equals_the_unbroken_one(run: harness.Run, tmp_path: Path) -> None:
    begun = harness.discover(*words(tmp_path, "search.generations=1"), tasks=TASKS, proposer=Author())
    ended = harness.resume(begun.id, "search.generations=3", archive=begun.archive, tasks=TASKS, proposer=Author())
    exported = []
    for one in (run, ended):
        with Archive.open(one.archive, read_only=True) as archive:
            exported.append(archive.export(one.id)["programs"])
    assert exported[0] == exported[1]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["search.objective=budget"], r"search\.objective=budget and search\.budget=C, .* go together"),
        (["search.budget=2"], "set both, or neither"),
        (["search=budget", "search.objective=transfer"], "set both, or neither"),
        (["search=budget", "search.budget=0.5"], r"search\.budget is 0\.5 in texts; it must be at least 1, which is"),
        (["search=budget", "search.cost=latency", "search.budget=0"], "is 0 in latency; it must be above 0"),
        (["search=budget", "search.budget=inf"], "is inf in texts; it must be"),
    ],
)
def test_what_does_not_go_together_is_refused(given: list[str], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        compose(given)


def test_a_budget_goes_with_what_compares_means() -> None:
    settings = compose(["search=budget", "search.cost=bytes", "search.budget=4096", "search.admission=beyond_noise"])
    told = prefix(settings.search, ProgramSettings(), taboos=[], modules=[])
    assert "at a cost of at most 4,096 bytes kept of a document" in told
    assert "by more than one standard error" in told and not re.search(r"\$\w", told)
    assert "let it decide for each query" in told
