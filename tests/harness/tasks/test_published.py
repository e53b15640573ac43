"""The method's lists of tasks run whole, on small data in the published layouts, and the cosine equals mteb's."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import mteb
import pytest

import harness
from harness.encoders.cached import CachedEncoder
from harness.encoders.load import load_encoder
from harness.evaluation.preparing import prepare_all
from harness.evaluation.secret import Secret
from harness.hub import probe
from harness.prefetch.__main__ import main
from harness.settings import compose
from harness.settings.encoder import EncoderSettings
from harness.tasks.load import load_tasks
from harness.tasks.mteb_lists import HELDOUT19, MTEB14, MULTILINGUAL
from harness.tasks.mteb_source import load_mteb
from harness.tasks.task import RetrievalTask
from tests.harness.encoders.small_models import complete
from tests.harness.loopback_hub import ANY, LoopbackHub, in_use, running
from tests.harness.tasks.as_mteb import as_mteb_model, ndcg_by_mteb
from tests.harness.tasks.layouts import write

pytestmark = [pytest.mark.filterwarnings("ignore"), pytest.mark.xdist_group("published")]


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Every data set of the lists, by its name on the hub."""
    return write(tmp_path_factory.mktemp("published"))


@pytest.fixture(scope="module")
def hub(folders: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[LoopbackHub]:
    """A hub that has them."""
    repositories = {f"datasets/{name}": {ANY: folder} for name, folder in folders.items()}
    with running(repositories) as server, in_use(server, tmp_path_factory.mktemp("home")):
        yield server


@pytest.fixture
def words(tmp_path: Path) -> list[str]:
    """Settings: a fast encoder, an archive and a cache in the test's own folder."""
    return ["encoder=wordllama", f"archive.path={tmp_path / 'archive.db'}", f"cache.folder={tmp_path / 'cache'}"]


def test_the_tasks_of_the_search(hub: LoopbackHub, words: list[str]) -> None:
    run = harness.discover("tasks=mteb14", "proposer=recombine", "search.generations=1", *words)
    assert run.complete
    searched, names = run.frame(per_query=True), {entry.name for entry in MTEB14}
    assert all(set(one["task"]) == names for _, one in searched.groupby("program"))


def test_the_held_out_tasks(hub: LoopbackHub, words: list[str]) -> None:
    matrix = harness.transfer(["sent_max_sim"], "tasks=heldout19", *words)
    assert set(matrix.frame(per_query=True)["task"]) == {entry.name for entry in HELDOUT19}


def test_the_french_and_greek_tasks(hub: LoopbackHub) -> None:
    tasks = load_tasks(compose(["tasks=multilingual"]).tasks)
    assert [task.name for task in tasks] == [entry.label for entry in MULTILINGUAL]
    assert {task.domain for task in tasks} == {"french", "greek"} and all(task.held_out for task in tasks)
    fetched = [line for line in hub.requests if "acm_Arab" in line or "other-corpus" in line]
    assert fetched == [], "of a data set in many languages only what is needed is fetched"


def test_fetched_before_they_run_without_a_hub(
    hub: LoopbackHub, words: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["encoders=[wordllama,minilm]", "tasks=multilingual"]) == 0
    assert "Ready: 9 tasks and the encoders wordllama, minilm can be read" in capsys.readouterr().out
    hub.requests.clear()
    with monkeypatch.context() as without:
        without.setattr(hub, "down", True)
        probe._probe.cache_clear()
        matrix = harness.transfer(["sent_max_sim"], "tasks=multilingual", "encoders=[wordllama,minilm]", *words[1:])
    probe._probe.cache_clear()
    cells = matrix.frame()
    assert set(cells["task"]) == {entry.label for entry in MULTILINGUAL}
    assert len(cells) == 18 and cells["delta"].notna().all()
    assert set(cells["encoder"]) == {"wordllama", "minilm"}
    assert hub.requests == ["HEAD /"], "one probe for both encoders and nine tasks"


def baseline(task: RetrievalTask, encoder: CachedEncoder) -> float:
    """nDCG@10 of the cosine, as programs are set against it."""
    with prepare_all([task], encoder, secret=Secret("a")) as (ready,):
        return ready.baseline.value


@pytest.mark.parametrize("label", ["AILAStatutes", "LEMBQMSumRetrieval", "ArguAna"])
def test_the_cosine_equals_mteb_s_own_evaluation(
    folders: dict[str, Path],
    hub: LoopbackHub,
    cached_wordllama: CachedEncoder,
    tmp_path: Path,
    label: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """mteb reads the published folder whole, and by itself."""
    import datasets

    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path)
    ours = baseline(load_mteb(label), cached_wordllama)
    theirs = ndcg_by_mteb(by_itself(label, folders), as_mteb_model(cached_wordllama))
    assert ours == pytest.approx(theirs, abs=1e-5)  # mteb rounds to five digits
    assert 0.2 < ours < 0.95


def by_itself(label: str, folders: dict[str, Path]) -> Any:
    """The task as mteb has it, whose data is a folder."""
    task = mteb.get_task(label)
    dataset = {**task.metadata.dataset, "path": str(folders[task.metadata.dataset["path"]])}
    task.metadata = task.metadata.model_copy(update={"dataset": dataset})
    return task


@pytest.mark.parametrize("label", ["FinQARetrieval", "BIRCO-WTB", "AILAStatutes"])
def test_a_model_that_is_told_the_task_equals_mteb_s_own_evaluation(
    folders: dict[str, Path], hub: LoopbackHub, tmp_path: Path, label: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a task with an instruction for queries, of one with one for all, and of one with none of its own."""
    import datasets
    from mteb.models.instruct_wrapper import InstructSentenceTransformerModel

    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "tables")
    model = str(complete(tmp_path / "model"))
    plain = EncoderSettings(kind="sentence-transformers", model=model, device="cpu")
    template = "Instruct: {instruction}\nQuery:"
    told = replace(plain, prompts={"query": template})
    ours, without = [
        baseline(load_mteb(label), CachedEncoder(load_encoder(settings), store=None)) for settings in (told, plain)
    ]
    instructed = InstructSentenceTransformerModel(
        model, None, device="cpu", instruction_template=template, apply_instruction_to_passages=False
    )
    theirs = ndcg_by_mteb(by_itself(label, folders), instructed)
    assert ours == pytest.approx(theirs, abs=1e-5)
    assert abs(ours - without) > 1e-3, "the instruction is read"
