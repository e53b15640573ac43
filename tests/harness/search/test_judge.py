"""From a proposal to a record: what is rejected, by whom, and with what words."""

import re
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path

import pytest

from archive import ProgramRecord
from harness.evaluation.workbench import Workbench, open_workbench
from harness.proposers.load import prompt_writer
from harness.proposers.modes import Assignment
from harness.proposers.protocol import Proposal
from harness.search.briefing import make_briefing
from harness.search.history import History
from harness.search.judge import consider, screen
from harness.search.recording import known_from_record
from harness.settings import compose
from tests.harness.evaluation.test_evaluate import program, small_task


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workbench]:
    folder: Path = tmp_path_factory.mktemp("cache")
    settings = compose(["encoder=wordllama", "sandbox=weak", f"cache.folder={folder}", "executor.workers=2"])
    with open_workbench(settings, [small_task("small", 12), small_task("large", 40)]) as opened:
        yield opened


def consider_one(source: str, bench: Workbench, history: History | None = None) -> ProgramRecord:
    return consider(Proposal(source=source, name="tried"), 1, history or History(), bench)


def test_a_program_that_hangs_on_hash_order_has_no_result(bench: Workbench) -> None:
    source = program("order = list(set(d_texts))\nreturn sim + np.array([order.index(t) for t in d_texts])")
    record = consider_one(source, bench)
    assert (record.status, record.verdict) == ("rejected", "nondeterministic")
    assert record.mean_delta is None
    assert "string hashes" in record.reason


TRANSDUCTIVE = program("return sim - sim.mean(axis=0)")


def test_a_transductive_program_has_no_result_unless_the_settings_say_so(bench: Workbench) -> None:
    record = consider_one(TRANSDUCTIVE, bench)
    assert (record.status, record.verdict, record.mean_delta) == ("rejected", "transductive", None)
    assert "A query alone" in record.reason and "axis=1" in record.reason
    flagging = replace(bench.settings, program=replace(bench.settings.program, transductive="flag"))
    record = consider_one(TRANSDUCTIVE, replace(bench, settings=flagging))
    assert (record.status, record.flags) == ("admitted", ["transductive"])


def test_what_reaches_the_frontier_without_being_admitted_is_audited_as_closely(bench: Workbench) -> None:
    history = History()
    best = known_from_record("run.1", consider_one(program("return sim"), bench, history))
    history.add(replace(best, row=replace(best.row, mean_delta=0.9, worth=0.9, cost_ratio=7.0)))
    record = consider_one(program("return 1.3 * sim"), bench, history)
    dominated = History()
    dominated.add(replace(best, row=replace(best.row, mean_delta=0.9, worth=0.9, cost_ratio=0.9)))
    other = consider_one(program("return 3 * sim"), bench, dominated)
    assert (record.status, other.status) == ("evaluated", "evaluated")
    assert record.audits["order and alone"] == 2 and record.audits["routing"] == 2
    assert other.audits == {"determinism": 1, "order and alone": 1, "quotation": 2}


def test_a_program_that_looks_at_positions_has_no_result(bench: Workbench) -> None:
    record = consider_one(program("return sim + np.arange(len(d_texts)) / 10"), bench)
    assert (record.status, record.verdict) == ("rejected", "order_dependent")


def test_every_string_is_looked_for_in_every_text(bench: Workbench) -> None:
    quoted = list(bench.evaluator.tasks[-1].task.documents.values())[-1][:16]
    body = f"kept = ['of nobody at all', {quoted!r}, 'nor of any text']\nreturn sim + 0.01 * (len(kept) - 3)"
    assert consider_one(program(body), bench).flags == ["quotes_texts"]


def test_the_same_scores_or_the_same_source_are_a_duplicate(bench: Workbench) -> None:
    history = History()
    first = consider_one(program("return sim"), bench, history)
    history.add(known_from_record("run.1", first))
    renamed = consider_one(program("scores = sim\nreturn scores").replace("scores", "kept"), bench, history)
    assert (renamed.status, renamed.verdict) == ("rejected", "duplicate")
    assert "bit for bit" in renamed.reason
    again = consider_one(program("return sim") + "\n# a comment\n", bench, history)
    assert again.verdict == "duplicate"
    assert not again.outcomes


def test_a_broken_rule_is_named_with_its_line(bench: Workbench) -> None:
    record = consider_one("import os\n" + program("return sim"), bench)
    assert (record.status, record.verdict) == ("rejected", "static_reject")
    assert record.reason.startswith("IMPORT, line 1:")
    assert record.violations[0]["code"] == "IMPORT"


def test_what_hidden_tasks_said_is_an_event_and_in_no_briefing(tmp_path: Path) -> None:
    words = ["encoder=wordllama", "sandbox=weak", f"cache.folder={tmp_path}", "executor.workers=2"]
    settings = compose([*words, "search.objective=transfer"])
    tasks = [small_task("small", 12), small_task("unseen", 40)]
    events: list[tuple[str, str]] = []
    history = History()
    with open_workbench(settings, tasks, hidden=frozenset({"unseen"})) as bench:
        source = program("return sim - 0.3 * sim.mean(axis=1, keepdims=True)")
        proposal = Proposal(source=source, name="tried")
        record = consider(proposal, 1, history, bench, on_event=lambda *event: events.append(event))
        history.add(known_from_record("run.1", record, bench.hidden))
    ((kind, message),) = events
    assert kind == "validation"
    assert message.startswith("Program 1, hidden tasks: median delta ")
    assert message.partition(" is needed in ")[2].startswith("test 1 of a search")
    briefing = make_briefing(settings, "run", history, 2)
    prompt = prompt_writer(settings).proposal(briefing, Assignment("full"), notes="", correction="")
    for hidden in ("unseen", "median delta", "is needed in", "accident", "their median", "loses too much"):
        assert hidden not in f"{briefing}{prompt.body}"


def test_what_moves_no_hidden_task_is_no_test_and_spends_nothing(tmp_path: Path) -> None:
    words = ["encoder=wordllama", "sandbox=weak", f"cache.folder={tmp_path}", "executor.workers=2"]
    settings = compose([*words, "search.objective=transfer"])
    history = History()
    told: list[str] = []
    with open_workbench(
        settings, [small_task("small", 12), small_task("unseen", 40)], hidden=frozenset({"unseen"})
    ) as bench:
        for number, body in enumerate(("return sim", "return -sim", "return -sim * np.abs(sim)"), start=1):
            proposal = Proposal(source=program(body), name="tried")
            record = consider(proposal, 1, history, bench, on_event=lambda kind, message: told.append(message))
            history.add(known_from_record(f"run.{number}", record, bench.hidden))
    places = [message.partition("in test ")[2][0] for message in told]
    assert places == ["1", "1", "2"] and history.tested == 2


def goal_bench(folder: Path, *words: str) -> AbstractContextManager[Workbench]:
    settings = compose(["encoder=wordllama", "sandbox=weak", f"cache.folder={folder}", *words])
    return open_workbench(settings, [small_task("small", 12), small_task("large", 40)])


def test_a_program_below_the_floor_is_kept_with_its_numbers_and_counts_for_nothing(tmp_path: Path) -> None:
    history = History()
    with goal_bench(tmp_path, "search.floor=-0.001", "search.measure=R@3") as bench:
        cosine = consider_one(program("return sim"), bench, history)
        worse = consider_one(program("return -sim"), bench, history)
        history.add(known_from_record("run.1", worse, measure="R@3"))
        again = consider_one(program("return 2 - sim - 2"), bench, history)
    assert (cosine.status, cosine.worth) == ("admitted", 0.0)
    assert (worse.status, worse.verdict, worse.worth) == ("evaluated", "ok", None)
    assert worse.mean_delta is not None and worse.mean_delta < 0
    assert re.fullmatch(r"The delta on task \w+ is -\d\.\d+, below the floor of -0\.0010\.", worse.reason)
    assert (history.best_worth, history.candidates(), history.frontier()) == (None, [], ())
    assert again.worth is None and again.status != "admitted"


def test_admission_and_its_words_go_by_what_is_maximised(tmp_path: Path) -> None:
    history = History()
    with goal_bench(tmp_path, "search.maximise=geometric_mean", "search.measure=RR") as bench:
        record = consider_one(program("return sim"), bench, history)
        history.add(known_from_record("run.1", record, measure="RR"))
        worse = consider_one(program("return -sim"), bench, history)
        values = [task.baseline.value for task in bench.tasks]
    assert record.worth == pytest.approx((values[0] * values[1]) ** 0.5)
    assert worse.reason.startswith("Geometric mean +")
    assert "does not beat the best so far" in worse.reason
    assert record.outcomes[0].by_measure["RR"].value == values[0]


def test_constants_alone_make_no_new_program_of_an_author_who_was_told_so(bench: Workbench) -> None:
    history = History()
    history.add(known_from_record("run.1", consider_one(program("return sim ** 3"), bench, history)))
    varied = Proposal(source=program("return sim ** 5"), name="varied", distinct=True)
    record = consider(varied, 1, history, bench)
    assert (record.status, record.verdict) == ("rejected", "duplicate")
    assert (
        record.reason
        == "The same program as run.1 but for constants: change what it does, not only its numbers and texts."
    )
    told = make_briefing(bench.settings, "run", history, 2)
    assert screen(varied.source, told, history) == record.reason
    assert screen(varied.source, told, history, distinct=False) is None
    assert consider(replace(varied, distinct=False), 1, history, bench).verdict != "duplicate"  # as recombination does
    allowing = replace(bench.settings, search=replace(bench.settings.search, variants="allow"))
    assert consider(varied, 1, history, replace(bench, settings=allowing)).verdict != "duplicate"


def test_constants_of_a_program_that_failed_may_be_changed(bench: Workbench) -> None:
    history = History()
    history.add(known_from_record("run.1", consider_one(program("return sim / 0 + [][3]"), bench, history)))
    assert consider(
        Proposal(program("return sim / 1 + [][5]"), "varied", distinct=True), 1, history, bench
    ).verdict == ("exception")
