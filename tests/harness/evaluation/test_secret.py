"""Where queries and documents stand says nothing, and cannot be computed by a program."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive import Archive
from harness.encoders.cached import CachedEncoder
from harness.evaluation.evaluate import Outcome
from harness.evaluation.executor import LocalExecutor
from harness.evaluation.preparing import prepare, shown
from harness.evaluation.secret import NO_SECRET, Secret, find_secret, new_secret, with_secret
from harness.settings import compose
from primitives import programs
from sandbox import Sandbox
from sandbox.inputs import map_inputs
from tests.harness.evaluation.test_evaluate import small_task

SECRETS = ("", "one", "another", "a third")


@given(st.text(max_size=20))
def test_an_order_holds_every_place_once(value: str) -> None:
    task = small_task("any", 12)
    order = Secret(value).order(task)
    assert sorted(order.queries) == list(range(len(task.queries)))
    assert sorted(order.documents) == list(range(12))
    shown = np.arange(len(task.queries))[order.queries].astype(np.float64)
    assert order.restore(shown).tolist() == list(range(len(task.queries)))


def test_orders_differ_by_secret_and_by_task() -> None:
    orders = {
        tuple(Secret(value).order(small_task(name, 40)).documents) for value in SECRETS[1:] for name in ("a", "b")
    }
    assert len(orders) == 2 * len(SECRETS[1:])
    assert NO_SECRET.order(small_task("a", 40)).documents.tolist() == list(range(40))


@pytest.mark.parametrize("name", ["identity", "first_sentence", "bm25_rrf", "lexical_hybrid_rrf", "rocchio"])
def test_no_order_changes_an_outcome(cached_wordllama: CachedEncoder, name: str) -> None:
    task = small_task("ordered", 40)
    outcomes: list[Outcome] = []
    with Sandbox(level="none") as sandbox:
        executor = LocalExecutor(cached_wordllama, sandbox, 1)
        for value in SECRETS:
            prepared = prepare(task, cached_wordllama, secret=Secret(value))
            with prepared.inputs:
                whole = map_inputs(prepared.inputs.descriptor, prepared.inputs.layout)
                assert list(whole.q_texts) == shown(list(task.queries.values()), prepared.order.queries)
                assert list(whole.d_texts) == shown(list(task.documents.values()), prepared.order.documents)
                outcomes.append(executor.run(programs.source(name), prepared))
        executor.close()
    first = outcomes[0]
    for outcome in outcomes[1:]:
        values = outcome.measured["nDCG@10"].per_query
        assert np.allclose(values, first.measured["nDCG@10"].per_query, atol=1e-6)
        assert outcome.cost.texts == first.cost.texts


def test_an_archive_draws_once_and_a_named_secret_stands(tmp_path: Path) -> None:
    settings = compose([f"archive.path={tmp_path / 'a.db'}"])
    assert find_secret(settings).archive.secret != find_secret(settings).archive.secret
    with Archive.open(settings.archive.path) as archive:
        drawn = with_secret(settings, archive).archive.secret
        assert len(drawn) == 32 and with_secret(settings, archive).archive.secret == drawn
        named = replace(settings, archive=replace(settings.archive, secret="mine"))
        assert with_secret(named, archive).archive.secret == "mine"
    assert find_secret(settings).archive.secret == drawn
    assert new_secret() != new_secret()
    unreadable = replace(settings, archive=replace(settings.archive, path=str(tmp_path / "text.db")))
    Path(unreadable.archive.path).write_text("no archive, and nothing to stop a job that records nothing")
    assert len(find_secret(unreadable).archive.secret) == 32
    other = replace(settings, archive=replace(settings.archive, path=str(tmp_path / "b.db"), secret="mine"))
    with Archive.open(other.archive.path) as archive:
        with_secret(other, archive)
        assert archive.recorded_secret() == "mine"
