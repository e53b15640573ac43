"""Hydra's notation beyond key=value: own folders, grids, additions, and values that its grammar has no letters for."""

from pathlib import Path

import pytest

from harness.errors import UsageError
from harness.settings import compose, compose_each
from harness.settings.words import Sources


@pytest.fixture
def own(tmp_path: Path) -> Sources:
    """A folder of a person's own, with a space in its name."""
    folder = tmp_path / "my own"
    (folder / "experiment").mkdir(parents=True)
    (folder / "encoder").mkdir()
    override = "defaults:\n  - override /encoder: wordllama\n"
    (folder / "experiment" / "mine.yaml").write_text(f"# @package _global_\n{override}search:\n  seed: 7\n")
    (folder / "encoder" / "own.yaml").write_text("defaults:\n  - wordllama\n")
    (folder / "start.yaml").write_text("defaults:\n  - config\n  - _self_\nsearch:\n  seed: 9\n")
    return Sources(folder)


def test_a_folder_of_ones_own_brings_experiments_and_choices(own: Sources) -> None:
    settings = compose(["+experiment=mine"], own)
    assert (settings.search.seed, settings.encoder.model) == (7, "wordllama")
    assert compose(["+experiment=mine", "search.seed=8"], own).search.seed == 8
    assert compose(["encoder=own"], own).encoder.model == "wordllama"
    assert [found.search.seed for _, found in compose_each(["+experiment=mine", "search.seed=1,2"], own)] == [1, 2]


def test_a_start_file_of_ones_own(own: Sources) -> None:
    assert compose([], Sources(own.folder, "start")).search.seed == 9


def test_hydras_search_path_brings_the_same(own: Sources) -> None:
    assert compose([f"hydra.searchpath=[file://{own.folder}]", "+experiment=mine"]).search.seed == 7
    assert compose([f"hydra.searchpath=[{own.folder}]", "encoder=own"]).encoder.model == "wordllama"


@pytest.mark.parametrize(
    ("override", "said"),
    [
        ("+experiment=mne", "did you mean 'mine'"),
        ("encoder=onw", "did you mean 'own'"),
        ("+nothing=1", "no setting 'nothing'"),
        ("hydra.run.dir=x", "no effect here"),
        ("hydra.searchpath=[/no/such]", "no folder /no/such"),
        ("~search.seed", "only a whole group can"),
        ("+search.seed=1", "already at 'search.seed'"),
        ("tasks.paths=[/ü,'b]", "quotes of its own"),
    ],
)
def test_a_mistake_is_one_sentence(own: Sources, override: str, said: str) -> None:
    with pytest.raises(UsageError, match=r".*") as caught:
        compose([override], own)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_sources_that_are_not_there_are_named(own: Sources) -> None:
    with pytest.raises(UsageError, match="no folder nowhere"):
        compose([], Sources(Path("nowhere")))
    with pytest.raises(UsageError, match="'nostart'"):
        compose([], Sources(own.folder, "nostart"))


def test_additions_and_removals() -> None:
    assert compose(["++search.seed=4"]).search.seed == 4
    assert compose(["search=transfer", "~search"]).search.objective == "compute"


@pytest.mark.parametrize(
    "path",
    ["/tmp/my dir/a.db", "/tmp/größe.db", "~/a=b.db", "/a, b.db", "it's.db", "a(b)#1.db", "1e3", "C:\\x\\", "\\'.db"],
)
def test_text_is_taken_as_it_stands(path: str) -> None:
    assert compose([f"archive.path={path}"]).archive.path == path
    assert compose([f"encoder.model={path}"]).encoder.model == path


def test_lists_of_paths_are_taken_as_they_stand() -> None:
    assert compose(["tasks.paths=[/my dir,/größe,~/c=d]"]).tasks.paths == ["/my dir", "/größe", "~/c=d"]
    assert compose(["tasks.paths=['/a, b','/größe']"]).tasks.paths == ["/a, b", "/größe"]


def test_a_grid_is_every_combination_and_says_what_varies() -> None:
    jobs = compose_each(["encoder=wordllama", "search.seed=range(1,3)", "archive.path=a.db,ü.db"])
    assert [(found.search.seed, found.archive.path) for _, found in jobs] == [
        (1, "a.db"),
        (1, "ü.db"),
        (2, "a.db"),
        (2, "ü.db"),
    ]
    assert "search.seed=2" in jobs[2][0]
    assert "wordllama" not in jobs[2][0]
    with pytest.raises(UsageError, match="write them out"):
        compose_each(["search.seed=interval(1,3)"])
