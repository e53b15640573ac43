"""What documentation tasks are made of is kept in a folder, which may be damaged, shared, full or closed."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from harness.tasks.documentation import kept as room
from harness.tasks.documentation.code import summary_to_code
from harness.tasks.documentation.kept import VERSIONS, Kept, key_of
from harness.tasks.documentation.material import Material, Size
from harness.tasks.documentation.sources import Library, state
from harness.tasks.documentation.suite import RECIPES, Recipe, build_task

MATERIAL = Material({"q": "Which owl?"}, {"d": "An owl \ud800 of \u0000 words.", "e": ""}, {"q": frozenset("de")})


def test_what_is_kept_is_read_back_in_its_order(tmp_path: Path) -> None:
    kept = Kept(tmp_path / "new" / "folder")
    kept.write("owls", "k", MATERIAL)
    found = kept.read("owls", "k")
    assert found == MATERIAL
    assert list(found.documents) == ["d", "e"]
    assert kept.read("owls", "l") is None and kept.read("bees", "k") is None


@pytest.mark.parametrize("damage", [lambda text: text[:-9], lambda text: text.replace(b"owl", b"elk"), lambda _: b""])
def test_a_damaged_file_is_not_believed(damage: Callable[[bytes], bytes], tmp_path: Path) -> None:
    kept = Kept(tmp_path)
    kept.write("owls", "k", MATERIAL)
    (file,) = tmp_path.iterdir()
    file.write_bytes(damage(file.read_bytes()))
    assert kept.read("owls", "k") is None
    kept.write("owls", "k", MATERIAL)
    assert kept.read("owls", "k") == MATERIAL


def test_the_newest_of_each_task_stay(tmp_path: Path) -> None:
    kept = Kept(tmp_path)
    kept.write("bees", "k", MATERIAL)
    for number in range(VERSIONS + 2):
        kept.write("owls", str(number), MATERIAL)
        file = tmp_path / f"owls.{number}.json"
        os.utime(file, (number, number))
    assert {file.name for file in tmp_path.glob("owls.*")} == {
        f"owls.{number}.json" for number in range(2, VERSIONS + 2)
    }
    assert kept.read("bees", "k") == MATERIAL


def test_a_folder_that_cannot_be_written_keeps_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    kept = Kept(tmp_path / "file" / "folder")
    kept.write("owls", "k", MATERIAL)
    assert kept.read("owls", "k") is None


def test_many_may_write_at_once(tmp_path: Path) -> None:
    def write_and_read(number: int) -> Material | None:
        kept = Kept(tmp_path)
        kept.write("owls", "k", MATERIAL)
        return kept.read("owls", "k")

    with ThreadPoolExecutor(8) as pool:
        assert all(found in (None, MATERIAL) for found in pool.map(write_and_read, range(64)))
    assert Kept(tmp_path).read("owls", "k") == MATERIAL


def test_a_changed_source_has_another_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "owlpackage" / "__init__.py"
    file.parent.mkdir()
    file.write_text("x = 1\n")
    monkeypatch.syspath_prepend(tmp_path)
    keys = [key_of("owls", state("owlpackage", ("",))), key_of("bees", state("owlpackage", ("",)))]
    file.write_text("x = 12\n")
    keys.append(key_of("owls", state("owlpackage", ("",))))
    (file.parent / "more.py").write_text("")
    keys.append(key_of("owls", state("owlpackage", ("",))))
    monkeypatch.setattr(room, "_our_code", lambda: "changed")
    keys.append(key_of("owls", state("owlpackage", ("",))))
    assert len(set(keys)) == len(keys)


def test_a_task_is_built_once_and_is_the_same_when_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    built = []
    recipe = RECIPES["python-topics"]

    def build(library: Library) -> Material:
        built.append(1)
        return recipe.build(library)

    monkeypatch.setitem(RECIPES, "counted", Recipe("", "python", "", build, recipe.sources))
    tasks = [build_task("counted", Library(), kept) for kept in (Kept(tmp_path), Kept(tmp_path), None)]
    assert len(built) == 2
    assert tasks[0] == tasks[1] == tasks[2]


def test_what_is_too_small_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    size = Size(documents=3, queries=3, characters=(1, 500))
    recipe = Recipe(
        "", "json", "", lambda library: summary_to_code(library, "json", ("",), size), lambda: state("json", ("",))
    )
    monkeypatch.setitem(RECIPES, "small", recipe)
    with pytest.raises(Exception, match="small found"):
        build_task("small", Library(), Kept(tmp_path))
    assert not list(tmp_path.iterdir())
