"""An exported package is installed by pip into a clean environment and scores there what the search scored here.

The environment is new and has nothing of this repository; numpy, torch, sentence-transformers and mteb are lent to it
by a path file, since installing two gigabytes is no test. So what is shown is the package's own code, its packaging and
its independence of this repository, not that pip resolves its dependencies.
"""

import json
import os
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any

import pytest
import pytrec_eval

from harness.encoders.cached import CachedEncoder
from harness.encoders.load import load_encoder
from harness.encoders.open_model import open_model
from harness.encoders.protocol import Encoder
from harness.evaluation.executor import LocalExecutor
from harness.evaluation.preparing import prepare_all
from harness.export.facts import gather
from harness.export.package import write_package
from harness.settings.encoder import EncoderSettings
from harness.tasks.folder import load_folder
from primitives import programs
from sandbox import Sandbox
from tests.harness.encoders.small_models import complete
from tests.harness.small_tasks import write_task

PROGRAMS = ("identity", "lexical_hybrid_rrf", "first_sentence")
WORDLLAMA = EncoderSettings(model="wordllama", batch_size=1024)
LATE = """
from primitives import maxsim, pool_vectors, zscore_fusion


def index(d_emb, *, embed_fn, d_texts, d_vec):
    return pool_vectors(d_vec, 2)


def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts, q_vec, index):
    return zscore_fusion([sim, maxsim(q_vec, index, mean=True), q_emb @ d_emb.T])
"""
"""A program over many vectors a text, some of them in its index."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("deploy")


@pytest.fixture(scope="module")
def task_folder(folder: Path) -> Path:
    return write_task(folder / "local-task", 1)


@pytest.fixture(scope="module")
def tokens(folder: Path) -> EncoderSettings:
    """An encoder of many vectors a text, from a folder of its own."""
    place = complete(folder / "tokens")
    return EncoderSettings(kind="tokens-of", model=str(place), options={"vectors": 4, "stored": "int8"})


@pytest.fixture(scope="module")
def told(folder: Path, task_folder: Path, tokens: EncoderSettings) -> dict[str, Any]:
    """What the packages do in the clean environment."""
    python = clean_environment(folder / "venv")
    exported = []
    for name in PROGRAMS:
        package = write_package(gather(name, "no-archive.db", WORDLLAMA), folder / name)
        exported.append((folder / name, package))
    (folder / "late.py").write_text(LATE)
    exported.append(
        (folder / "late", write_package(gather(str(folder / "late.py"), "none.db", tokens), folder / "late"))
    )
    run(
        sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-deps", "--no-index",
        "--no-build-isolation", *(str(path) for path, _ in exported),
    )  # fmt: skip
    open_model(WORDLLAMA).model.save(str(folder / "model"))
    script = Path(__file__).with_name("in_clean_environment.py")
    names = [package for _, package in exported[:-1]] + [f"{exported[-1][1]}={tokens.model}"]
    out = run(
        python, "-I", str(script), str(folder / "model"), str(task_folder), str(folder / "predictions"), *names
    )  # fmt: skip
    result: dict[str, Any] = json.loads(out.splitlines()[-1])
    return result


def clean_environment(place: Path) -> str:
    run(sys.executable, "-m", "venv", "--without-pip", str(place))
    python = str(place / "bin" / "python")
    site = run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip()
    # A path file lends the big libraries; path files within them, such as this repository's own, are not followed.
    (Path(site) / "lent.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return python


def run(*command: str) -> str:
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "PYTHONPATH": ""}
    done = subprocess.run(command, capture_output=True, text=True, timeout=110, check=False, env=environment, cwd="/")
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_nothing_of_this_repository_is_there(told: dict[str, Any]) -> None:
    assert told["foreign"] == []


def test_search_answers_there(told: dict[str, Any]) -> None:
    for name, texts in told["hits"].items():
        assert len(texts) == 3 and ("comet" in texts[0] or name == "ttc_late")  # whose model is made of random numbers


def predicted(folder: Path, name: str, task_folder: Path) -> float:
    """Mean nDCG@10 of what mteb was given, by pytrec_eval and without mteb's rounding."""
    (path,) = (folder / "predictions" / name).rglob("*.json")
    run_ = json.loads(path.read_text())["default"]["test"]
    qrels: dict[str, dict[str, int]] = {}
    for line in (task_folder / "qrels" / "test.tsv").read_text().splitlines():
        query, document, grade = line.split("\t")
        qrels.setdefault(query, {})[document] = int(grade)
    measured = pytrec_eval.RelevanceEvaluator(qrels, {"ndcg_cut.10"}).evaluate(run_)
    return float(sum(one["ndcg_cut_10"] for one in measured.values()) / len(measured))


def test_identity_through_mteb_equals_the_bare_encoder(told: dict[str, Any], folder: Path, task_folder: Path) -> None:
    assert told["ndcg"]["ttc_identity"] == told["ndcg"]["bare"]
    assert predicted(folder, "ttc_identity", task_folder) == predicted(folder, "bare", task_folder)


def test_mteb_measures_what_the_search_measures(
    told: dict[str, Any], folder: Path, task_folder: Path, wordllama: Encoder
) -> None:
    task = load_folder(task_folder)
    encoder = CachedEncoder(wordllama, None)
    with Sandbox() as sandbox, prepare_all([task], encoder) as ready:
        executor = LocalExecutor(encoder, sandbox, workers=1)
        for name in PROGRAMS:
            outcome = executor.run(programs.source(name), ready[0])
            assert outcome.value is not None, outcome.reason
            assert predicted(folder, f"ttc_{name}", task_folder) == pytest.approx(outcome.value, abs=1e-12)
            assert told["ndcg"][f"ttc_{name}"] == round(outcome.value, 5)
        executor.close()
    assert len(set(told["ndcg"].values())) > 1


def test_many_vectors_score_there_what_they_score_here(
    told: dict[str, Any], folder: Path, task_folder: Path, tokens: EncoderSettings
) -> None:
    encoder = CachedEncoder(load_encoder(tokens), None)
    with Sandbox() as sandbox, prepare_all([load_folder(task_folder)], encoder) as (ready,):
        executor = LocalExecutor(encoder, sandbox, workers=1)
        outcome = executor.run(LATE, ready)
        executor.close()
    assert outcome.value is not None, outcome.reason
    assert predicted(folder, "ttc_late", task_folder) == pytest.approx(outcome.value, abs=1e-6)
    assert told["ndcg"]["ttc_late"] == round(outcome.value, 5)


LIGHT = """
import json, sys
import ttc_indexed as package
retriever = package.Retriever()
retriever.index(["a", "b"], ["The harbour was closed.", "A violin needs new strings."])
retriever.save(sys.argv[1])
other = package.Retriever()
other.load(sys.argv[1])
assert other.search("violin strings") == retriever.search("violin strings")
heavy = sorted({"torch", "scipy", "transformers"} & set(sys.modules))
print(json.dumps([other.search("violin strings", k=1)[0].id, heavy]))
"""

INDEXED = """
from primitives import lexical_index, zscore_fusion


def index(d_emb, *, embed_fn, d_texts):
    return {"lexical": lexical_index(d_texts)}


def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts, index):
    return zscore_fusion([sim, index["lexical"].scores(q_texts)])
"""


@pytest.mark.timeout(600)
def test_a_static_encoder_installs_small_and_needs_no_torch(tmp_path: Path) -> None:
    """With all that pip resolves for it; skipped where no index of packages answers."""
    (tmp_path / "indexed.py").write_text(INDEXED)
    write_package(gather(str(tmp_path / "indexed.py"), "no-archive.db", WORDLLAMA), tmp_path / "package")
    run(sys.executable, "-m", "venv", "--without-pip", str(tmp_path / "venv"))
    python = str(tmp_path / "venv" / "bin" / "python")
    command = [sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--retries", "1"]
    done = subprocess.run(
        [*command, str(tmp_path / "package")], capture_output=True, text=True, timeout=500, check=False, cwd="/"
    )
    if done.returncode and any(
        said in done.stderr for said in ("No matching distribution", "Connection", "connection")
    ):
        pytest.skip(f"no index of packages answers here: {done.stderr[-200:]}")
    assert done.returncode == 0, done.stderr
    size = sum(path.stat().st_size for path in (tmp_path / "venv").rglob("*") if not path.is_symlink())
    assert size < 300e6
    assert json.loads(run(python, "-I", "-c", LIGHT, str(tmp_path / "index"))) == ["b", []]
