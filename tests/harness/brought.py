"""A package of another's, with entry points, laid where Python finds it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hydra.core.config_store import ConfigStore

from harness.settings.plugged import CHOOSING

Install = Callable[..., str]

MODULE = """
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from harness.evaluation.objectives import Objective
from harness.encoders.function import FunctionEncoder
from harness.evaluation.executor import LocalExecutor
from harness.proposers.recombine import Recombine
from harness.tasks.source import TaskSource
from harness.tasks.task import make_task

def encoder(settings, *, width=3):
    return FunctionEncoder(lambda texts: [[len(text) + 1.0] * width for text in texts], name=settings.model)

def tasks(settings):
    def load(name):
        return make_task(name=name, source="theirs", queries={"q": "?"}, documents={"d": "!"}, qrels={"q": {"d": 1}},
                         held_out=settings.held_out)
    return TaskSource(["one", "two"], load)

def proposer(settings, around, *, mood):
    return Recombine()

def executor(encoder, backend, workers):
    return LocalExecutor(encoder, backend, workers)

def policy(candidates, rng, count, *, last=False):
    return [one.id for one in candidates][:count]

def smallest(models, ledger, rng, number, *, cheapness):
    return min(models)

class Alike:
    def __init__(self, embed, programs):
        self.programs = programs
    def nearest(self, source, among):
        return self.programs[among - 1], 0.9

def of_another_shape(settings, more):
    pass

not_callable = 3

class Success:
    def __init__(self, cutoff, *, rel=1):
        self.cutoff, self.rel = cutoff, rel
        self.name = f"Success@{cutoff}" if rel == 1 else f"Success(rel={rel})@{cutoff}"
    def per_query(self, scores, judgments):
        return np.concatenate([(g >= self.rel).any(axis=1) for _, g in judgments.ranked(scores, self.cutoff)]) * 1.0

@dataclass(frozen=True)
class Worst(Objective):
    name: ClassVar[str] = "worst"
    label: ClassVar[str] = "least delta"
    counts = "its least delta counts"
    def _of(self, results):
        return min(result.delta for result in results)

class Picky:
    def __init__(self, cutoff, *, rel):
        if not cutoff:
            raise ValueError("needs\\na cutoff.")
        self.name = f"Picky(rel={6 // rel})@{cutoff}"
    def per_query(self, scores, judgments):
        return scores[:, 0]

def named(name):
    def make(cutoff):
        made = Success(cutoff)
        made.name = name
        return made
    return make

spaced, ours, deeper, nameless = named("Succ at 3"), named("nDCG@10"), named("deeper@4"), named(None)

@dataclass(frozen=True)
class Uncounted(Objective):
    name, label = "uncounted", "least delta"
    def _of(self, results):
        return 0.0

class Unlabelled(Worst):
    name, label = "unlabelled", None

@dataclass(frozen=True, kw_only=True)
class Needy(Worst):
    weight: float
    name = "needy"

@dataclass(frozen=True)
class Moody(Worst):
    mood: str = "calm"
    name = "moody"

@dataclass(frozen=True)
class Strict(Worst):
    weight: float = 1.0
    name = "strict"
    def __post_init__(self):
        if self.weight < 1:
            raise ValueError("weight is small")

"""


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Lay a package with entry points where Python finds it, as an installer does."""

    def installed(entries: dict[str, str], *, package: str = "theirs-pack", version: str = "0.3") -> str:
        module = package.replace("-", "_")
        folder = tmp_path / package
        (folder / f"{module}-{version}.dist-info").mkdir(parents=True)
        (folder / f"{module}.py").write_text(MODULE)
        about = folder / f"{module}-{version}.dist-info"
        (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: {version}\n")
        lines = [f"[{group}]\n{entry}" for group, entry in entries.items()]
        (about / "entry_points.txt").write_text("\n".join(lines).replace("MODULE", module))
        monkeypatch.syspath_prepend(str(folder))
        return module

    yield installed
    for group in CHOOSING:  # choices go with the package
        ConfigStore.instance().repo.pop(group, None)
