"""Things that other packages bring are found by name; whatever is wrong with one is a sentence that names it."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from harness import plugins
from harness.encoders.load import load_encoder
from harness.errors import HarnessError, JobError, UsageError
from harness.evaluation.executor import LocalExecutor, find_executor
from harness.policies.parents import by_name
from harness.proposers.asking import Model
from harness.proposers.load import Surroundings, check_proposer, load_proposer
from harness.proposers.prices import OwnPrice
from harness.proposers.spending import Spending
from harness.settings import compose
from harness.settings.caps import CapSettings
from harness.settings.plugged import plugin_change, plugins_of
from harness.tasks.load import list_names, load_tasks
from tests.harness.brought import Install, install
from tests.harness.proposers.briefings import SOURCE, briefing, view
from tests.harness.proposers.stand_in import MemoryStore, ScriptedClient

__all__ = ["install"]


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
