"""The budget study: constructed curves whose answers are known, and a program on real tasks."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from harness import api
from harness.encoders.protocol import Encoder
from harness.errors import JobError, UsageError
from harness.evaluation.budget import Measured, study
from harness.evaluation.choosers import CHOOSERS, Seen
from harness.evaluation.knob import turned
from harness.screen.budget import print_study
from harness.settings import compose
from tests.harness.encoders.small_models import complete
from tests.harness.small_tasks import write_task

PROGRAM = '''
"""Adds what the encoder says of a query with the beginnings of its MOST nearest documents."""

import numpy as np
from primitives import cosines, lead, top_k

MOST = 2  # documents


def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):
    scores = sim.copy()
    for row, text in enumerate(q_texts):
        for place in range(MOST):
            best = top_k(sim[row : row + 1], MOST)[0, place]
            scores[row] += cosines(embed_fn([text + " " + lead(d_texts[best])]), d_emb)[0] / MOST
    return scores
'''


def curves() -> list[Measured]:
    """Four queries, of which the first two need the second budget and the signal says so; the last is best at once."""
    values = np.array([[0.0, 1.0, 1.0], [0.2, 0.8, 0.6], [0.5, 0.5, 0.5], [0.9, 0.1, 0.1]])
    signals = {"right": np.array([4.0, 3, 2, 1]), "wrong": np.array([1.0, 2, 3, 4]), "none": np.zeros(4)}
    return [Measured("task", values, np.array([0.0, 2.0, 6.0]), signals)]


def test_what_is_best_fixed_by_oracle_and_chosen() -> None:
    found = study(curves(), ["K=1", "K=2", "K=4"], knob="K", measure="nDCG@10", axis="texts")
    assert [(one.value, one.cost) for one in found.fixed] == [
        (pytest.approx(0.4), 0.0), (pytest.approx(0.6), 2.0), (pytest.approx(0.55), 6.0),
    ]  # fmt: skip
    assert found.best_fixed == "K=2"
    assert (found.oracle_per_query.value, found.oracle_per_query.cost) == (pytest.approx(0.8), 1.0)
    assert (found.oracle_per_task.value, found.oracle_per_task.cost) == (pytest.approx(0.6), 2.0)
    assert (found.chance.value, found.chance.cost) == (pytest.approx(0.5), 1.0)
    assert (found.oracle_at_cost.value, found.oracle_at_cost.cost) == (pytest.approx(0.8), pytest.approx(1.0))
    right, wrong, none = found.choosers
    assert (right.value, right.share) == (pytest.approx(0.8), pytest.approx(1.0))
    assert (wrong.value, wrong.share) == (pytest.approx(0.2), pytest.approx(-1.0))
    assert (none.value, none.share) == (pytest.approx(0.5), pytest.approx(0.0))


def test_tasks_have_equal_weight() -> None:
    one = curves()[0]
    large = Measured("large", np.repeat(one.values[2:3], 40, axis=0), one.costs, {"right": np.zeros(40)})
    small = Measured("small", one.values, one.costs, {"right": one.signals["right"]})
    found = study([small, large], ["K=1", "K=2", "K=4"], knob="K", measure="nDCG@10", axis="texts")
    assert found.fixed[0].value == pytest.approx((0.4 + 0.5) / 2)
    assert found.oracle_per_query.value == pytest.approx((0.8 + 0.5) / 2)
    assert found.oracle_at_cost.value == pytest.approx((0.8 + 0.5) / 2)


def test_a_program_that_chooses_is_held_against_chance_at_its_own_cost(capsys: pytest.CaptureFixture[str]) -> None:
    """The first and third query at the second budget cost 1 a query, where chance has 0.5 and the oracle 0.8."""
    (task,) = curves()
    own = {"half": (0.65, 1.0), "all": (0.6, 2.0), "none": (0.4, 0.0), "beyond": (0.6, 9.0)}
    found = study([replace(task, programs=own)], ["K=1", "K=2", "K=4"], knob="K", measure="nDCG@10", axis="texts")
    shares = {one.name: one.share for one in found.programs}
    assert [(one.value, one.cost) for one in found.programs] == list(own.values())
    assert (shares["half"], shares["all"], shares["beyond"]) == (pytest.approx(0.5), pytest.approx(0), pytest.approx(0))
    assert shares["none"] is None, "at no cost an oracle gains nothing either"
    print_study(found)
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines if line.endswith("nothing to gain")] == ["none:"]


def test_budgets_of_equal_cost() -> None:
    """The best budget costs what the cheapest does: chance takes the dearer one, an oracle either of the cheap ones."""
    values = np.array([[0.0, 0.8, 0.0], [0.6, 0.2, 1.0]])
    own = {"free": (0.5, 0.0), "dear": (0.6, 4.0)}
    task = Measured("task", values, np.array([0.0, 0.0, 4.0]), {"right": np.array([1.0, 2])}, own)
    found = study([task], ["K=1", "K=2", "K=3"], knob="K", measure="nDCG@10", axis="texts")
    assert found.best_fixed == "K=2"
    assert (found.chance.value, found.chance.cost) == (pytest.approx(0.5), 2.0), "half K=2, half K=3"
    assert (found.oracle_at_cost.value, found.oracle_at_cost.cost) == (pytest.approx(0.9), pytest.approx(2.0))
    assert [one.share for one in (*found.choosers, *found.programs)] == pytest.approx([1.0, 0.0, 0.25])
    with pytest.raises(ValueError, match="different cost"):
        study([replace(task, costs=np.ones(3))], ["K=1", "K=2", "K=3"], knob="K", measure="nDCG@10", axis="texts")


def test_choosers_point_to_the_query_that_is_in_doubt() -> None:
    sure, torn = np.eye(1, 30, 3)[0] * 9, np.linspace(0, 1, 30)
    texts = ["glacier", "what was it that nobody had seen"]
    seen = Seen(np.array([sure, torn], np.float32), texts, ["the glacier"] * 4 + ["nothing"] * 26)
    assert all(signal[1] >= signal[0] for signal in (choose(seen) for choose in CHOOSERS.values()))
    for name in ("entropy", "gap", "length"):
        assert CHOOSERS[name](seen)[1] > CHOOSERS[name](seen)[0], name


def test_a_knob_is_one_constant_at_the_top() -> None:
    assert turned(PROGRAM, "MOST", 7) == PROGRAM.replace("MOST = 2", "MOST = 7")
    for source in (PROGRAM.replace("MOST = 2  # documents", "MOST = 'two'"), f"{PROGRAM}\nMOST = 3\n"):
        with pytest.raises(UsageError, match="a knob is set once"):
            turned(source, "MOST", 7)


def test_a_knob_changes_nothing_beside_its_number() -> None:
    for source in (
        "MOST = {}; OTHER = 5",
        "é = 'ü'; MOST: int = {}  # documents",
        '"""A form\x0cfeed, \x1c, \x85 and \u2028."""\nMOST = {}\nOTHER = 3\n',
        "OTHER = 3\rMOST = (\r\n    {}\n)\r\nLAST = 1",
    ):
        for before in ("2", "-0.5", "+ 1e3", "-\\\n2"):
            assert turned(source.format(before), "MOST", -7) == source.format("-7")
    for value in (float("nan"), float("inf")):
        with pytest.raises(UsageError, match="finite numbers"):
            turned(PROGRAM, "MOST", value)


def test_a_program_on_a_task(tmp_path: Path, wordllama: Encoder) -> None:
    paths = [str(write_task(tmp_path / "one", 0))]
    words = [f"tasks.paths=[{','.join(paths)}]", "tasks=folder", f"cache.folder={tmp_path}", "sandbox.level=none"]
    settings = compose([*words, f"archive.path={tmp_path / 'none.db'}", "executor.workers=1"])
    found = api.budget(PROGRAM, "MOST", [3, 1, 3], settings, choosers=["context_by_length", PROGRAM], encoder=wordllama)
    assert [one.name for one in found.fixed] == ["MOST=1", "MOST=3"]
    assert [one.cost for one in found.fixed] == [1.0, 3.0] and found.chance.cost == 2.0
    assert (found.n_tasks, found.n_queries, set(found.curves)) == (1, 8, {"one"})
    assert found.oracle_per_query.value >= found.oracle_per_task.value >= max(one.value for one in found.fixed)
    assert found.oracle_at_cost.value >= max(one.value for one in (*found.choosers, found.chance))
    chosen, as_it_is = found.programs
    assert (chosen.name, as_it_is.name) == ("context_by_length", "program 2")
    assert 0 < chosen.cost <= 1 and as_it_is.cost == 2.0
    fails = "def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):\n    return sim[:, :3]\n"
    with pytest.raises(JobError, match=r"^The chooser program 1 has no result on one: "):
        api.budget(PROGRAM, "MOST", [1, 2], settings, choosers=[fails], encoder=wordllama)
    with pytest.raises(UsageError, match="static rule: SYNTAX"):
        api.budget("def (\n", "MOST", [1, 2], settings, encoder=wordllama)
    bounded = replace(settings, search=replace(settings.search, objective="budget", budget=2.0))
    with pytest.raises(UsageError, match=r"leave it and search\.budget out"):
        api.budget(PROGRAM, "MOST", [1, 2], bounded, encoder=wordllama)
    single = api.evaluate(turned(PROGRAM, "MOST", 3), settings, encoder=wordllama)
    assert found.fixed[1].value == pytest.approx(np.mean([outcome.value for outcome in single.outcomes]))


def test_an_encoder_at_several_numbers_of_vectors(tmp_path: Path) -> None:
    """Of queries they are counted a query; of documents they are time of the MaxSim."""
    words = ["encoder.kind=tokens-of", f"encoder.model={complete(tmp_path / 'small')}", "encoder.options.vectors=6"]
    words += ["tasks=folder", f"tasks.paths=[{write_task(tmp_path / 'one', 0)}]", f"cache.folder={tmp_path}"]
    words += [f"archive.path={tmp_path / 'none.db'}", "executor.workers=1", "sandbox.level=none", "archive.secret=aa"]
    knob = "encoder.options.query_vectors"
    found = api.budget("identity", knob, [3, 1], *words, "search.cost=vectors")
    assert [one.name for one in found.fixed] == ["query_vectors=1", "query_vectors=3"]
    assert [one.cost for one in found.fixed] == [1.0, 3.0] and found.knob == knob
    single = api.evaluate("identity", *words, f"{knob}=1")
    assert found.fixed[0].value == pytest.approx(np.mean([outcome.value for outcome in single.outcomes]))
    assert len({one.value for one in found.fixed}) > 1 and {one.name for one in found.choosers} == set(CHOOSERS)

    with pytest.raises(JobError, match=r"costs the same in vectors; set search\.cost=scoring .* or latency"):
        api.budget("identity", "encoder.options.vectors", [1, 6], *words, "search.cost=vectors")
    shallow = api.budget("identity", "tasks.depth", [2, 5], *words, "search.cost=scoring")
    assert shallow.n_queries == 8 and {one.name for one in shallow.fixed} == {"depth=2", "depth=5"}


def test_a_setting_that_is_no_knob(tmp_path: Path, wordllama: Encoder) -> None:
    settings = compose(["encoder=wordllama", f"archive.path={tmp_path / 'none.db'}", f"cache.folder={tmp_path}"])
    for knob, said in (
        ("search.seed", "search.seed is no knob; name a constant"),
        ("encoder.widht", "encoder.widht"),
        ("encoder.dim.of", "There is no setting encoder.dim.of"),
    ):
        with pytest.raises(UsageError, match=said):
            api.budget("identity", knob, [1, 2], settings)
    with pytest.raises(UsageError, match="A program cannot choose"):
        api.budget("identity", "encoder.dim", [64, 128], settings, choosers=["context_by_gap"])
    with pytest.raises(UsageError, match="no effect on an encoder that is an object"):
        api.budget("identity", "encoder.dim", [64, 128], settings, encoder=wordllama)
