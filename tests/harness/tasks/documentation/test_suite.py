"""The fourteen tasks: small, judged, without their own answers in them, and the same wherever versions are the same."""

import json
import os
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

from harness.errors import TaskError
from harness.kept import kept_folder
from harness.tasks.documentation.code import summary_to_code
from harness.tasks.documentation.licences import versions
from harness.tasks.documentation.material import Material, Size, normal_form
from harness.tasks.documentation.sources import Library, state
from harness.tasks.documentation.suite import RECIPES, Recipe, build_task, merge_equal_questions
from harness.tasks.task import RetrievalTask

pytestmark = pytest.mark.xdist_group("documentation")  # one worker of the suite builds all fourteen
QUICK = ["python-topics", "licences", "networkx-see-also", "networkx-code"]


@pytest.fixture(scope="module")
def library() -> Library:
    return Library()


@pytest.fixture(scope="module")
def tasks(library: Library) -> dict[str, RetrievalTask]:
    """Built once, for the runs of other tests too."""
    return {name: build_task(name, library, kept_folder("documentation")) for name in RECIPES}


def test_there_are_fourteen_of_several_domains() -> None:
    domains = [recipe.domain for recipe in RECIPES.values()]
    assert len(domains) == 14
    assert domains.count("long-document") >= 3
    assert {"code", "reference", "legal"} <= set(domains)


@pytest.mark.parametrize("name", RECIPES)
def test_a_task_is_small_judged_and_does_not_hold_its_questions(name: str, tasks: dict[str, RetrievalTask]) -> None:
    task = tasks[name]
    assert task.source == "documentation"
    assert task.description.endswith(".")
    assert 40 <= len(task.documents) <= 450
    assert 20 <= len(task.queries) <= 150
    assert set(task.qrels) == set(task.queries)
    assert all(text.strip() for text in (*task.documents.values(), *task.queries.values()))
    for query, judged in task.qrels.items():
        assert judged
        assert set(judged.values()) == {1}
        for document in judged:
            assert normal_form(task.queries[query]) not in normal_form(task.documents[document])


@pytest.mark.parametrize("name", RECIPES)
def test_no_two_questions_are_the_same(name: str, tasks: dict[str, RetrievalTask]) -> None:
    assert len({normal_form(text) for text in tasks[name].queries.values()}) == len(tasks[name].queries)


def test_equal_questions_become_one_with_the_judgments_of_all() -> None:
    material = Material(
        queries={"a": "Copy a graph.", "b": "Draw a graph.", "c": "copy  a graph"},
        documents={"x": "1", "y": "2"},
        relevant={"a": frozenset("x"), "b": frozenset("y"), "c": frozenset("y")},
    )
    merged = merge_equal_questions(material)
    assert merged.queries == {"a": "Copy a graph.", "b": "Draw a graph."}
    assert merged.relevant == {"a": frozenset("xy"), "b": frozenset("y")}


@pytest.mark.parametrize("name", RECIPES)
def test_no_two_documents_are_the_same(name: str, tasks: dict[str, RetrievalTask]) -> None:
    documents = [normal_form(text) for text in tasks[name].documents.values()]
    assert len(set(documents)) == len(documents)


def test_see_also_and_licences_have_questions_with_several_answers(tasks: dict[str, RetrievalTask]) -> None:
    several = {name for name, task in tasks.items() if any(len(judged) > 1 for judged in task.qrels.values())}
    assert {name for name in tasks if name.endswith("see-also")} | {"licences"} <= several


def test_long_documents_hold_more_than_a_small_encoder_reads(tasks: dict[str, RetrievalTask]) -> None:
    for name, task in tasks.items():
        if task.domain == "long-document":
            assert min(map(len, task.documents.values())) > 2000, name


def test_the_suite_is_small_enough_for_two_cores(tasks: dict[str, RetrievalTask]) -> None:
    characters = sum(len(text) for task in tasks.values() for text in task.documents.values())
    assert characters < 900_000
    assert sum(len(task.queries) for task in tasks.values()) < 700


def test_fingerprints_do_not_depend_on_the_process_and_nothing_heavy_is_imported(
    tmp_path: Path, tasks: dict[str, RetrievalTask]
) -> None:
    code = (
        "import json, sys\n"
        "from harness.tasks.load import load_tasks\n"
        "from harness.settings.tasks import TasksSettings\n"
        f"tasks = load_tasks(TasksSettings(names={QUICK}))\n"
        "heavy = {'torch', 'numpy', 'pandas', 'scipy', 'networkx', 'mteb', 'sklearn'} & set(sys.modules)\n"
        "print(json.dumps([[task.fingerprint for task in tasks], sorted(heavy)]))"
    )
    environment = {**os.environ, "PYTHONHASHSEED": "1", "LC_ALL": "C", "XDG_CACHE_HOME": str(tmp_path)}
    ran = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    fingerprints, heavy = json.loads(ran.stdout)
    assert fingerprints == [tasks[name].fingerprint for name in QUICK]
    assert heavy == []


def test_a_cap_on_queries_changes_the_fingerprint(library: Library, tasks: dict[str, RetrievalTask]) -> None:
    capped = build_task("python-topics", library, max_queries=10, seed=3)
    assert len(capped.queries) == 10
    assert capped.fingerprint != tasks["python-topics"].fingerprint


def test_a_package_too_small_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "tinypackage").mkdir()
    (tmp_path / "tinypackage" / "__init__.py").write_text(
        'def double(number):\n    """Return twice the number that is given."""\n    return number + number\n'
    )
    monkeypatch.syspath_prepend(tmp_path)
    size = Size(documents=80, queries=40, characters=(1, 500))
    recipe = Recipe(
        "code", "tinypackage", "", lambda library: summary_to_code(library, "tinypackage", ("",), size), list
    )
    monkeypatch.setitem(RECIPES, "tiny-code", recipe)
    with pytest.raises(
        TaskError, match=r"tiny-code found 1 document and 1 question in the installed .* of tinypackage"
    ):
        build_task("tiny-code", Library())


def test_a_package_that_is_not_installed_is_named() -> None:
    with pytest.raises(TaskError, match="no_such_package, which is not installed"):
        Library().modules("no_such_package", ("",))


def test_a_task_is_built_once_and_is_the_same_when_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    built = []
    recipe = RECIPES["python-topics"]

    def build(library: Library) -> Material:
        built.append(1)
        return recipe.build(library)

    monkeypatch.setitem(RECIPES, "counted", Recipe("", "python", "", build, recipe.sources))
    tasks = [build_task("counted", Library(), folder) for folder in (tmp_path, tmp_path, None)]
    assert len(built) == 2
    assert tasks[0] == tasks[1] == tasks[2]
    assert list(tasks[0].documents) == list(tasks[1].documents)


def test_what_is_kept_is_read_back_in_its_order() -> None:
    material = Material({"q": "Which?"}, {"z": "An owl \ud800 of \0 words.", "a": ""}, {"q": frozenset("az")})
    assert Material.from_json(material.to_json()) == material
    assert list(Material.from_json(material.to_json()).documents) == ["z", "a"]


def test_a_changed_source_is_told_otherwise(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "owlpackage" / "__init__.py"
    file.parent.mkdir()
    file.write_text("x = 1\n")
    monkeypatch.syspath_prepend(tmp_path)
    told = [state("owlpackage", ("",))]
    file.write_text("x = 12\n")
    told.append(state("owlpackage", ("",)))
    (file.parent / "more.py").write_text("")
    told.append(state("owlpackage", ("",)))
    assert told[0] != told[1] != told[2] and len(told[2]) == 2
    assert versions(["numpy", "no-such-distribution"]) == [f"numpy {metadata.version('numpy')}"]
