"""The built-in things keep the contracts that the package ships, and what does not keep one is told."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from harness import testing
from harness.encoders.cached import CachedEncoder
from harness.encoders.function import FunctionEncoder
from harness.encoders.load import load_encoder
from harness.encoders.protocol import DOCUMENT, EmbedOptions, Encoder, FloatMatrix
from harness.encoders.service import Embedded
from harness.evaluation.executor import LocalExecutor
from harness.evaluation.watcher import Watcher
from harness.policies import bandit
from harness.policies.candidate import Candidate
from harness.policies.parents import POLICIES
from harness.policies.similarity import CodeIndex
from harness.proposers.function import FunctionProposer
from harness.proposers.recombine import Recombine
from harness.screen.lines import Lines
from harness.settings.encoder import EncoderSettings
from harness.settings.tasks import TasksSettings
from harness.tasks.load import SOURCES
from harness.tasks.source import TaskSource
from harness.testing import ContractBroken
from sandbox import Isolation, Sandbox
from tests.harness.small_tasks import write_task


def vectors_of(texts: Sequence[str]) -> FloatMatrix:
    """Counts of letters, float32 (n, 128)."""
    counts = [np.bincount([1, *(ord(letter) % 128 for letter in text)], minlength=128) for text in texts]
    vectors: FloatMatrix = np.array(counts, np.float32)
    return vectors


def test_the_static_encoder(wordllama: Encoder) -> None:
    testing.check_encoder(wordllama)


def test_the_transformer_encoder() -> None:
    testing.check_encoder(load_encoder(EncoderSettings(model="minilm", max_tokens=16)))


def test_a_function_as_encoder() -> None:
    testing.check_encoder(FunctionEncoder(vectors_of, name="letters"))


def test_an_encoder_that_depends_on_company_is_told() -> None:
    def centred(texts: Sequence[str]) -> FloatMatrix:
        vectors = vectors_of(texts)
        vectors -= 0.5 * vectors.mean(axis=0)
        return vectors

    with pytest.raises(ContractBroken, match="the same vector alone and in company"):
        testing.check_encoder(FunctionEncoder(centred, name="centred"))


def test_the_cache_is_a_service(cached_wordllama: CachedEncoder) -> None:
    testing.check_service(cached_wordllama)


def test_a_service_that_charges_nothing_for_repeats_is_told(wordllama: Encoder) -> None:
    class Cheap:
        def embed(self, texts: Sequence[str], options: EmbedOptions = DOCUMENT) -> Embedded:
            return Embedded(wordllama.encode(texts, options), len(set(texts)), 0.0)

    with pytest.raises(ContractBroken, match="charged their tokens again"):
        testing.check_service(Cheap())


@pytest.mark.parametrize("name", POLICIES)
def test_parent_selection(name: str) -> None:
    testing.check_policy(POLICIES[name])


def test_a_policy_with_chance_of_its_own_is_told() -> None:
    import random

    def restless(candidates: Sequence[Candidate], rng: random.Random, count: int) -> list[str]:
        return [one.id for one in random.sample(list(candidates), min(count, len(candidates)))]

    with pytest.raises(ContractBroken, match="`rng` alone"):
        testing.check_policy(restless)


def test_the_bandit_and_the_similarity_of_code() -> None:
    testing.check_model_policy(bandit.choose)
    testing.check_novelty(CodeIndex)


def test_recombination() -> None:
    testing.check_proposer(Recombine())


@pytest.mark.parametrize(
    ("source", "said"),
    [("import os\n", "breaks no static rule"), ("x = 1\n", "breaks no static rule")],
)
def test_a_proposer_of_what_may_not_run_is_told(source: str, said: str) -> None:
    with pytest.raises(ContractBroken, match=said):
        testing.check_proposer(FunctionProposer(lambda briefing: f"{source}\ndef rerank(): pass", "forbidden"))


def test_a_proposer_with_a_memory_is_told() -> None:
    said: list[int] = []

    def counting(briefing: object) -> str:
        said.append(1)
        head = "def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):\n"
        return f"{head}    return sim * {len(said)}\n"

    with pytest.raises(ContractBroken, match="same briefing gets the same answer"):
        testing.check_proposer(FunctionProposer(counting, "counting"))
    testing.check_proposer(FunctionProposer(counting, "counting"), repeatable=False)


def test_the_documentation_tasks() -> None:
    testing.check_task_source(SOURCES["documentation"], TasksSettings(names=["licences"]))


def test_folders(tmp_path: Path) -> None:
    paths = [str(write_task(tmp_path / name, shift)) for shift, name in enumerate(("owls", "bees"))]
    testing.check_task_source(SOURCES["folder"], TasksSettings(source="folder", paths=paths))


def test_a_source_that_forgets_to_hold_out_is_told(tmp_path: Path) -> None:
    settings = TasksSettings(source="folder", paths=[str(write_task(tmp_path / "owls", 0))])

    def forgetful(settings: TasksSettings) -> TaskSource:
        return SOURCES["folder"](replace(settings, held_out=False))

    with pytest.raises(ContractBroken, match="held_out marks"):
        testing.check_task_source(forgetful, settings)


def test_the_local_executor() -> None:
    testing.check_executor(LocalExecutor, level="weak")


def test_an_executor_that_forgets_the_cost_is_told() -> None:
    from harness.encoders.meter import Cost
    from harness.evaluation.evaluate import Outcome
    from harness.evaluation.prepared import PreparedTask

    class Free(LocalExecutor):
        def run(self, source: str, task: PreparedTask) -> Outcome:
            return replace(super().run(source, task), cost=Cost())

    with pytest.raises(ContractBroken, match="charged the texts and tokens"):
        testing.check_executor(Free, level="weak")


@pytest.mark.parametrize("watcher", [Watcher(), Lines()], ids=["silent", "lines"])
def test_watchers(watcher: Watcher) -> None:
    testing.check_watcher(watcher)


def test_a_watcher_with_other_words_is_told() -> None:
    class Deaf(Watcher):
        def noted(self) -> None:  # type: ignore[override]
            pass

    with pytest.raises(ContractBroken, match="noted takes \\(sentence\\)"):
        testing.check_watcher(Deaf())


def test_the_sandbox_is_a_backend() -> None:
    testing.check_backend(Sandbox(level="weak", workers=2))


def test_the_portable_sandbox_is_a_backend(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sandbox.platform.sys", SimpleNamespace(platform="darwin"))
    testing.check_backend(Sandbox(level="weak", workers=2))


def test_a_backend_that_claims_more_than_it_holds_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with Sandbox() as real:
        strict = real.diagnose()

    class Boasting(Sandbox):
        @property
        def isolation(self) -> Isolation:
            return strict.isolation

        def diagnose(self):  # type: ignore[no-untyped-def]
            return strict

    monkeypatch.setattr("sandbox.platform.sys", SimpleNamespace(platform="darwin"))
    with pytest.raises(ContractBroken, match="strict is claimed, but a program reads a file"):
        testing.check_backend(Boasting(level="weak", workers=2))
