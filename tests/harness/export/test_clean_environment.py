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
from harness.encoders.open_model import open_model
from harness.encoders.protocol import Encoder
from harness.evaluation.executor import LocalExecutor
from harness.evaluation.prepared import prepare_all
from harness.export.facts import gather
from harness.export.package import write_package
from harness.settings.encoder import EncoderSettings
from harness.tasks.folder import load_folder
from primitives import programs
from sandbox import Sandbox
from tests.harness.small_tasks import write_task

PROGRAMS = ("identity", "lexical_hybrid_rrf", "first_sentence")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("deploy")


@pytest.fixture(scope="module")
def task_folder(folder: Path) -> Path:
    return write_task(folder / "local-task", 1)


@pytest.fixture(scope="module")
def told(folder: Path, task_folder: Path) -> dict[str, Any]:
    """What the packages do in the clean environment."""
    python = clean_environment(folder / "venv")
    exported = []
    for name in PROGRAMS:
        package = write_package(gather(name, "no-archive.db"), folder / name)
        exported.append((folder / name, package))
    run(
        sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-deps", "--no-index",
        "--no-build-isolation", *(str(path) for path, _ in exported),
    )  # fmt: skip
    open_model(EncoderSettings(model="wordllama")).model.save(str(folder / "model"))
    script = Path(__file__).with_name("in_clean_environment.py")
    names = [package for _, package in exported]
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


def test_search_answers_there(told: dict[str, Any], task_folder: Path) -> None:
    texts = [json.loads(line)["text"] for line in (task_folder / "corpus.jsonl").read_text().splitlines()]
    for hits in told["hits"].values():
        assert len(hits) == 3 and "comet" in texts[hits[0][0]]


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
