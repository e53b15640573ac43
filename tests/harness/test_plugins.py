"""Things that other packages bring are found by name; whatever is wrong with one is a sentence that names it."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from hydra.core.config_store import ConfigStore

import harness
from harness import plugins
from harness.encoders.load import load_encoder
from harness.errors import HarnessError, JobError, UsageError
from harness.evaluation.executor import LocalExecutor, find_executor
from harness.evaluation.measures import find_measure
from harness.evaluation.objectives import find_objective, label_of
from harness.policies.parents import by_name
from harness.proposers.asking import Model
from harness.proposers.load import Surroundings, check_proposer, load_proposer
from harness.proposers.prices import OwnPrice
from harness.proposers.spending import Spending
from harness.settings import compose
from harness.settings.caps import CapSettings
from harness.settings.plugged import CHOOSING, plugin_change, plugins_of
from harness.tasks.load import list_names, load_tasks
from tests.harness.proposers.briefings import SOURCE, briefing, view
from tests.harness.proposers.stand_in import MemoryStore, ScriptedClient
from tests.harness.small_tasks import write_task

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
MEASURES = ("Success", "Picky", "spaced", "ours", "deeper", "nameless")
OBJECTIVES = ("Uncounted", "Unlabelled", "Needy", "Moody", "Strict")


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


def test_each_kind_is_found_by_its_name(install: Install, tmp_path: Path) -> None:
    install(
        {
            plugins.ENCODERS: "lengths = MODULE:encoder",
            plugins.TASKS: "pairs = MODULE:tasks",
            plugins.PROPOSERS: "moody = MODULE:proposer",
            plugins.EXECUTORS: "elsewhere = MODULE:executor",
            plugins.POLICIES: "first = MODULE:policy",
        }
    )
    settings = compose(
        [
            "encoder=lengths",
            "encoder.options.width=5",
            "tasks=pairs",
            "proposer=moody",
            "proposer.options.mood=calm",
            "executor=elsewhere",
            "search.selection=first",
            "search.options.last=true",
        ]
    )
    encoder = load_encoder(settings.encoder)
    assert (encoder.name, encoder.dim) == ("lengths", 5)
    assert [task.name for task in load_tasks(settings.tasks)] == list_names(settings.tasks) == ["one", "two"]
    assert check_proposer(settings) == {}
    assert by_name(settings.search.selection, settings.search.options)([], None, 1) == []  # type: ignore[arg-type]
    assert find_executor(settings.executor) is not LocalExecutor
    assert [str(plugin) for plugin in plugins_of(settings)] == [
        "encoder 'lengths' of theirs-pack 0.3",
        "task source 'pairs' of theirs-pack 0.3",
        "proposer 'moody' of theirs-pack 0.3",
        "policy 'first' of theirs-pack 0.3",
        "executor 'elsewhere' of theirs-pack 0.3",
    ]
    assert plugins_of(compose(["encoder=wordllama"])) == []


def test_a_measure_and_an_objective_of_others_are_searched_by(install: Install, tmp_path: Path) -> None:
    install({plugins.MEASURES: "Success = MODULE:Success", plugins.OBJECTIVES: "worst = MODULE:Worst"})
    paths = ",".join(str(write_task(tmp_path / f"task-{shift}", shift)) for shift in range(2))
    places = [f"archive.path={tmp_path / 'a.db'}", f"cache.folder={tmp_path / 'cache'}"]
    words = ["encoder=wordllama", "tasks=folder", f"tasks.paths=[{paths}]", "search.generations=1", *places]
    goal = ["search.measure=Success@1", "search.measures=[Success(rel=2)@3]", "search.maximise=worst(floor=-1)"]
    run = harness.discover(*words, *goal)
    record = run.row.record
    assert (record.measure, record.maximise) == ("Success@1", "worst(floor=-1.0)")
    done = [program.record for program in run.programs() if program.record.mean_delta is not None]
    assert len(done) > 1
    for one in done:
        assert one.worth == pytest.approx(min(outcome.delta for outcome in one.outcomes if outcome.delta is not None))
        assert {"Success@1", "Success(rel=2)@3"} == {name for out in one.outcomes for name in out.measured}
    assert [str(plugin) for plugin in plugins_of(compose([*words, *goal]))] == [
        "measure 'Success' of theirs-pack 0.3",
        "objective 'worst' of theirs-pack 0.3",
    ]


@pytest.mark.parametrize(
    ("find", "text", "said"),
    [
        (find_measure, "Success(rel=x)@3", "it must be a whole number"),
        (find_measure, "Success(depth=2)@3", r"no option 'depth'; it has rel; write it as Success\(rel=2\)@3\.$"),
        (find_measure, "Picky@3", r"needs the option 'rel'; write it as Picky\(rel=2\)@3\.$"),
        (
            find_measure,
            "Picky(rel=1)",
            r"^The measure 'Picky' of theirs-pack 0\.3 cannot be made of Picky\(rel=1\) \(ValueError: needs a cutoff\)"
            r"; write it with its cutoff, as Picky\(rel=1\)@10, or ask its makers\.$",
        ),
        (find_measure, "Picky(rel=1)@0", r"needs a cutoff\); write another cutoff or other options, or ask its makers"),
        (find_measure, "Picky(rel=0)@3", r"\(ZeroDivisionError: .*\); write another cutoff or other options, or ask"),
        (
            find_measure,
            "spaced@3",
            "of theirs-pack 0.3, asked for as spaced@3, calls itself 'Succ at 3'.*, or tell its makers",
        ),
        (find_measure, "ours@10", "calls itself 'nDCG@10'"),
        (find_measure, "deeper@3", "calls itself 'deeper@4'"),
        (find_measure, "nameless@3", "has no name and per_query"),
        (find_measure, "succes@3", r"'succes@3' \(did you mean 'Success'\?\); .* or Shape or Success or deeper or"),
        (find_measure, "recal@3", r"did you mean 'R'\?\); write nDCG@k.*, or install the package that brings it"),
        (find_measure, "Shape@3", r"cannot be called with \(cutoff\)"),
        (find_objective, "worst(weight=2)", "worst has no parameter 'weight'; it has floor"),
        (find_objective, "worse", "did you mean 'worst'"),
        (find_objective, "three", "three' of theirs-pack 0.3 is no subclass"),
        (find_objective, "uncounted", "theirs-pack 0.3 lacks counts; tell its makers"),
        (find_objective, "unlabelled", "lacks a label"),
        (find_objective, "needy", "has a parameter 'weight' without a number as its default"),
        (find_objective, "moody", "has a parameter 'mood' without a number as its default"),
        (
            find_objective,
            "strict(weight=0)",
            r"made of strict\(weight=0\) \(ValueError: weight is small\); write other",
        ),
    ],
)
def test_a_measure_or_an_objective_that_is_none_is_a_sentence(
    install: Install, find: Callable[[str], object], text: str, said: str
) -> None:
    install(
        {
            plugins.MEASURES: "Shape = MODULE:of_another_shape\n" + _entries(*MEASURES),
            plugins.OBJECTIVES: "worst = MODULE:Worst\nthree = MODULE:not_callable\n" + _entries(*OBJECTIVES),
        }
    )
    with pytest.raises(UsageError, match=said) as caught:
        find(text)
    assert "\n" not in str(caught.value)


def _entries(*named: str) -> str:
    """A measure is called as in its module, an objective in lower case."""
    return "\n".join(f"{name.lower() if name in OBJECTIVES else name} = MODULE:{name}" for name in named)


def test_a_run_is_still_told_of_where_its_objective_is_not_installed(install: Install) -> None:
    assert label_of("worst(floor=-0.5)") == "worst(floor=-0.5)"
    install({plugins.OBJECTIVES: "worst = MODULE:Worst\n" + _entries(*OBJECTIVES)})
    assert label_of("worst(floor=-0.5)") == "least delta"
    for text in ("uncounted", "unlabelled", "needy", "moody", "strict(weight=0)"):
        assert label_of(text) == text
    assert label_of("strict(weight=2)") == "least delta"


def test_a_measure_asked_for_without_a_cutoff_may_have_its_own(install: Install) -> None:
    install({plugins.MEASURES: _entries(*MEASURES)})
    assert find_measure("deeper").name == find_measure("deeper@4").name == "deeper@4"
    assert find_measure(" Success(rel=2)@3 ").name == "Success(rel=2)@3"
    with pytest.raises(UsageError, match=r"calls itself 'Success@None'.*; write it with its cutoff, as Success@10, or"):
        find_measure("Success")


def test_a_script_whose_reader_has_had_enough_ends_quietly() -> None:
    script = (
        "from harness.ending import one_sentence\n"
        "with one_sentence('bench_any'):\n"
        "    for line in range(COUNT):\n"
        "        print(line)\n"
    )
    for count in (1, 100_000):  # told where the output is flushed, and amidst it
        words = [sys.executable, "-c", script.replace("COUNT", str(count))]
        with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None and process.stderr is not None
            process.stdout.close()
            assert (process.stderr.read(), process.wait(60)) == ("", 1)


def test_policies_of_others_choose_the_model_and_tell_repeated_code(install: Install) -> None:
    install({plugins.POLICIES: "smallest = MODULE:smallest\nalike = MODULE:Alike"})
    settings = compose(
        [
            "proposer.kind=openai",
            "proposer.models=[b-model,a-model]",
            "proposer.choice=smallest",
            "proposer.attempts=1",
            "search.novelty=alike",
            "search.similarity=0.8",
        ]
    )
    text = f"NAME: New\n```python\n{SOURCE.format(n=1)}```\n"
    client = ScriptedClient(lambda prompt: text)
    around = Surroundings(
        programs=[view(1), view(2)],
        screen=lambda source, briefing: None,
        store=MemoryStore(),
        spending=Spending(CapSettings()),
        embed=lambda texts: np.zeros((len(texts), 1), np.float32),
        embed_queries=lambda texts: np.zeros((len(texts), 1), np.float32),
    )
    models = {name: Model(client, OwnPrice(0, 0, 0, 0, ""), 1000) for name in ("a-model", "b-model")}
    proposal = load_proposer(settings, models, around).propose(briefing(2, parents=(), frontier=()))
    assert proposal.model == "a-model"
    assert proposal.failure is not None and "Program2" in proposal.failure.sentence


@pytest.mark.parametrize(
    ("entries", "words", "kind", "said"),
    [
        ({plugins.ENCODERS: "lengths = MODULE:encoder"}, ["encoder=length"], UsageError, "did you mean 'lengths'"),
        (
            {plugins.ENCODERS: "x = MODULE_gone:f"},
            ["encoder=x"],
            JobError,
            "theirs-pack 0.3 cannot be imported (Module",
        ),
        ({plugins.ENCODERS: "x = MODULE:gone"}, ["encoder=x"], JobError, "cannot be imported (AttributeError"),
        ({plugins.ENCODERS: "x = MODULE:of_another_shape"}, ["encoder=x"], UsageError, "called with (settings)"),
        ({plugins.ENCODERS: "x = MODULE:not_callable"}, ["encoder=x"], UsageError, "called with (settings)"),
        (
            {plugins.ENCODERS: "x = MODULE:encoder"},
            ["encoder=x", "encoder.options.wdth=2"],
            UsageError,
            "has no option 'wdth'; it has width",
        ),
        ({plugins.PROPOSERS: "x = MODULE:proposer"}, ["proposer=x"], UsageError, "needs the option 'mood'"),
        ({plugins.PROPOSERS: "moody = MODULE:proposer"}, ["proposer.kind=mody"], UsageError, "did you mean 'moody'?"),
        ({plugins.POLICIES: "first = MODULE:policy"}, ["search.selection=firts"], UsageError, "did you mean 'first'?"),
        ({}, ["search.options.x=1"], UsageError, "The search.selection 'sigmoid' has no option 'x'; it has none"),
        ({}, ["encoder=wordllama", "encoder.options.x=1"], UsageError, "has no option 'x'"),
        ({}, ["executor.kind=locl"], UsageError, "There is no executor 'locl'"),
        ({}, ["tasks.options.x=1"], UsageError, "The task source 'documentation' has no option 'x'"),
    ],
)
def test_what_is_wrong_is_one_sentence(
    install: Install, entries: dict[str, str], words: list[str], kind: type[HarnessError], said: str
) -> None:
    if entries:
        install(entries)
    with pytest.raises(kind) as caught:
        settings = compose(words if words[0].startswith("encoder=") else ["encoder=wordllama", *words])
        load_encoder(settings.encoder)
        list_names(settings.tasks)
        check_proposer(settings)
        by_name(settings.search.selection, settings.search.options)
        find_executor(settings.executor)
    assert said in str(caught.value) and "\n" not in str(caught.value)


def test_a_resumed_run_tells_another_version(install: Install) -> None:
    install({plugins.POLICIES: "first = MODULE:policy"})
    settings = compose(["search.selection=first"])
    by_name("first")
    assert plugin_change(settings, {"theirs-pack": "0.3"}) == ""
    assert (
        plugin_change(settings, {"theirs-pack": "0.2"}) == "From here on the run uses theirs-pack 0.3 instead of 0.2."
    )


def test_two_packages_with_one_name_are_told(install: Install) -> None:
    for package in ("theirs-pack", "other-pack"):
        install({plugins.POLICIES: "first = MODULE:policy"}, package=package)
    with pytest.raises(UsageError, match=r"brought by other-pack 0.3 and by theirs-pack 0.3; uninstall all but one"):
        by_name("first")


def test_a_built_in_name_cannot_be_taken(install: Install) -> None:
    built_in = by_name("uniform")
    install({plugins.POLICIES: "uniform = MODULE:policy", plugins.ENCODERS: "wordllama = MODULE:encoder"})
    assert by_name("uniform") is built_in
    assert compose(["encoder=wordllama"]).encoder.kind == "bundled"


def test_nothing_is_looked_for_before_it_is_needed() -> None:
    script = (
        "import importlib.metadata as metadata, runpy, sys\n"
        "def refuse(*arguments, **options): raise SystemExit('entry points were read')\n"
        "metadata.entry_points = refuse\n"
        "sys.argv = ['ttc', '--help']\n"
        "runpy.run_module('harness', run_name='__main__')\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0 and "discover" in done.stdout, done.stderr
