"""What is kept in the cache folder may be damaged, shared, old, or impossible to write."""

import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from harness.kept import VERSIONS, kept, kept_folder

TEXT = "Owls\nand bees: „ü“"


def refused() -> str:
    raise AssertionError("it is made a second time")


def test_what_was_made_is_not_made_again(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "folder"
    assert kept(folder, "owls", ["a", "b"], lambda: TEXT) == TEXT
    assert kept(folder, "owls", ["a", "b"], refused) == TEXT
    for name, parts in (("bees", ["a", "b"]), ("owls", ["ab"]), ("owls", ["a", "c"]), ("owls", [])):
        with pytest.raises(AssertionError):
            kept(folder, name, parts, refused)


def test_a_failure_keeps_nothing(tmp_path: Path) -> None:
    with pytest.raises(AssertionError):
        kept(tmp_path, "owls", [], refused)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("damage", [lambda text: text[:-3], lambda text: text.replace(b"Owl", b"Elk"), lambda _: b""])
def test_a_damaged_file_is_made_again(damage: Callable[[bytes], bytes], tmp_path: Path) -> None:
    kept(tmp_path, "owls", [], lambda: TEXT)
    (file,) = tmp_path.iterdir()
    file.write_bytes(damage(file.read_bytes()))
    assert kept(tmp_path, "owls", [], lambda: TEXT) == TEXT
    assert kept(tmp_path, "owls", [], refused) == TEXT


def test_the_newest_of_each_name_stay(tmp_path: Path) -> None:
    kept(tmp_path, "bees", [], lambda: TEXT)
    for number in range(VERSIONS + 2):
        kept(tmp_path, "owls", [str(number)], lambda: TEXT)
        for file in tmp_path.glob("owls.*"):
            os.utime(file, ns=(file.stat().st_mtime_ns - 10**9,) * 2)
    assert len(list(tmp_path.glob("owls.*"))) == VERSIONS
    for number in range(2, VERSIONS + 2):
        kept(tmp_path, "owls", [str(number)], refused)
    kept(tmp_path, "bees", [], refused)


def test_what_cannot_be_kept_leaves_nothing_behind(tmp_path: Path) -> None:
    kept(tmp_path, "owls", [], lambda: TEXT)
    (file,) = tmp_path.iterdir()
    file.unlink()
    file.mkdir()
    assert kept(tmp_path, "owls", [], lambda: TEXT) == TEXT
    assert list(tmp_path.iterdir()) == [file]
    assert kept(tmp_path, "bees", [], lambda: "half of a pair: \ud800") == "half of a pair: \ud800"


def test_a_folder_that_cannot_be_written_keeps_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    assert kept(tmp_path / "file" / "folder", "owls", [], lambda: TEXT) == TEXT
    assert kept(Path("~nobody-of-this-name/cache"), "owls", [], lambda: TEXT) == TEXT
    assert not Path("~nobody-of-this-name").exists()


def test_what_one_makes_others_wait_for(tmp_path: Path) -> None:
    made = []

    def slowly() -> str:
        made.append(time.sleep(0.3))
        return TEXT

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(lambda _: kept(tmp_path, "owls", [], slowly), range(4))) == {TEXT}
    assert len(made) == 1 and len(list(tmp_path.iterdir())) == 1


def test_many_may_write_at_once(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(lambda _: kept(tmp_path, "owls", [], lambda: TEXT), range(64))) == {TEXT}
    assert kept(tmp_path, "owls", [], refused) == TEXT


def test_the_folder_is_the_users(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert kept_folder("owls") == tmp_path / "ttc-retrieval" / "owls"
