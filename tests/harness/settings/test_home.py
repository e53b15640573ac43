"""Only a path inside the home folder is shortened, and a process without one goes on."""

import pwd
from pathlib import Path

import pytest

from archive import Archive, ArchiveError
from harness.encoders.store import EmbeddingStore
from harness.errors import UsageError
from harness.programs.find import find_source
from harness.settings.home import abbreviate, expanded, make_folder


@pytest.mark.parametrize(
    ("home", "path", "recorded"),
    [
        ("/home/ann", "/home/ann/data", "~/data"),
        ("/home/ann", "/home/ann", "~"),
        ("/home/ann", "/home/anna/data", "/home/anna/data"),
        ("/home/ann", "data", "data"),
        ("/home/ann", "organisation/model", "organisation/model"),
        ("/", "/data", "/data"),
    ],
)
def test_the_home_folder_is_a_tilde(monkeypatch: pytest.MonkeyPatch, home: str, path: str, recorded: str) -> None:
    monkeypatch.setenv("HOME", home)
    assert abbreviate(path) == recorded


@pytest.fixture
def homeless(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A process as in many containers: no HOME, and a user whom the system's list lacks. Returns where it works."""

    def nobody(user: int) -> pwd.struct_passwd:
        raise KeyError(user)

    monkeypatch.delenv("HOME", raising=False)
    monkeypatch.setattr(pwd, "getpwuid", nobody)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_without_a_home_the_cache_is_left_out_with_one_warning(
    homeless: Path, caplog: pytest.LogCaptureFixture
) -> None:
    EmbeddingStore("~/.cache/ttc-retrieval", 10**9).close()
    (record,) = caplog.records
    assert "This user has no home folder" in record.getMessage()
    assert "set another cache.folder" in record.getMessage()
    assert list(homeless.iterdir()) == [], "no folder is called ~"


@pytest.mark.parametrize("path", ["~/made", "~nobody-of-this-name/made"])
def test_a_home_that_nobody_can_name_is_a_sentence(homeless: Path, path: str) -> None:
    assert str(expanded(path)) == path
    with pytest.raises(OSError, match="no home folder"):
        make_folder(expanded(path))
    with pytest.raises(ArchiveError, match="There is no folder"):
        Archive.open(f"{path}/a.db")
    with pytest.raises(UsageError, match=r"program"):
        find_source(path, "a.db")
