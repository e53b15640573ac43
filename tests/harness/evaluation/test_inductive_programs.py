"""Which reference programs are inductive: on real tasks, a query alone gets the bits that it gets in a batch."""

import pytest

from harness.encoders.cached import CachedEncoder
from harness.encoders.load import load_cached_encoder
from harness.settings import compose
from harness.tasks.load import load_tasks
from harness.tasks.task import RetrievalTask
from primitives import programs
from scripts.measure_inductive import measure


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> CachedEncoder:
    settings = compose(["encoder=wordllama", f"cache.folder={tmp_path_factory.mktemp('cache')}"])
    return load_cached_encoder(settings.encoder, settings.cache)


@pytest.fixture(scope="module")
def tasks() -> list[RetrievalTask]:
    return load_tasks(compose(["tasks.names=[python-code,python-topics]", "tasks.max_queries=12"]).tasks)


@pytest.mark.parametrize("name", programs.names())
def test_only_the_named_programs_need_other_queries(
    name: str, encoder: CachedEncoder, tasks: list[RetrievalTask]
) -> None:
    dependence = [measure(programs.source(name), task, encoder).dependence for task in tasks]
    if name in programs.TRANSDUCTIVE:
        assert min(dependence) > 0.1
    else:
        assert max(dependence) == 0


def test_seeds_are_inductive() -> None:
    assert not set(programs.SEEDS) & set(programs.TRANSDUCTIVE)


def test_each_transductive_program_has_an_inductive_form() -> None:
    assert {f"{name}_inductive" for name in programs.TRANSDUCTIVE} <= set(programs.names())


def test_a_dependence_on_other_queries_is_seen(encoder: CachedEncoder, tasks: list[RetrievalTask]) -> None:
    source = "def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):\n    return sim - 0.5 * sim.mean(axis=0)\n"
    found = measure(source, tasks[0], encoder)
    assert found.dependence > 0.1
    assert found.kept < 1
