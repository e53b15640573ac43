"""The name `published` opens what comes with the package, which nobody can write to."""

import shutil
from pathlib import Path

import pytest

from archive import Archive
from archive.checking import check
from harness.api import open_archive as open_by_api
from harness.errors import UsageError
from harness.export.facts import gather
from harness.programs.find import find_source
from harness.programs.named import read_programs
from harness.published.place import NAMES, open_archive, packaged, split
from harness.settings import compose


@pytest.mark.parametrize(("name", "programs"), [("published", 83), ("published-control", 33)])
def test_the_archives_of_the_package_are_whole_and_todays(name: str, programs: int) -> None:
    before = packaged(name).read_bytes()
    with open_archive(name, read_only=True) as archive:
        assert check(archive) == []
        (run,) = archive.runs()
        assert len(archive.programs(run.id)) == programs
        searched = archive.searched_by(run.id)
        assert len(searched.tasks) == 14 and all(task.content is not None for task in searched.tasks)
        assert not any(outcome.stdout for one in archive.programs(run.id) for outcome in one.record.outcomes)
    assert packaged(name).read_bytes() == before
    assert sorted(path.name for path in packaged(name).parent.glob("*.db*")) == sorted(NAMES.values())


def test_a_file_of_that_name_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copy(packaged("published-control"), tmp_path / "published")
    with open_archive("published", read_only=True) as archive:
        assert archive.runs()[0].id == "k9ta45"


def test_it_is_not_written_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for how in ({"create": True}, {"create": False}):
        with pytest.raises(UsageError, match="only read"):
            open_archive("published", **how)
    with pytest.raises(UsageError, match="only read"):
        open_by_api("published", read_only=False)
    assert list(tmp_path.iterdir()) == []


def test_its_programs_have_names_beside_an_archive_of_ones_own(tmp_path: Path) -> None:
    own = str(tmp_path / "own.db")
    Archive.open(own).close()
    assert split("published.81", own) == ("published", "81")
    assert split("published", own) == ("published", "latest")
    assert split("abc123.4", own) == (own, "abc123.4")
    assert "def rerank" in find_source("published.81", own)
    settings = compose([f"archive.path={own}"])
    named = read_programs(["published.81", "frontier:published"], settings)
    assert [one.name for one in named] == [
        "s2a3xy.81 OwnGenericPart", "s2a3xy.47 GatedFeedback", "s2a3xy.75 ClaimsAndLikings",
    ]  # fmt: skip
    assert all(len(one.searched.tasks) == 14 for one in named)
    assert gather("published.81", own).name == "OwnGenericPart"
