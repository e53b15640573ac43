"""What people install: every file of our packages, the command, and nothing of the repository beside them."""

import configparser
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from harness import neighbours

NAMES = (*neighbours.NAMES, "harness")
ROOT = Path(__file__).parents[1]
BUILD = "import sys; from setuptools import build_meta; print(build_meta.build_wheel(sys.argv[1]))"
MADE = shutil.ignore_patterns("__pycache__", "*.pyc", "*.egg-info", "*-wal", "*-shm", "*.lock")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """Built from a copy, since a build leaves folders behind, with other people's folders of common names beside it."""
    copy, out = tmp_path_factory.mktemp("copy"), tmp_path_factory.mktemp("wheel")
    for name in NAMES:
        shutil.copytree(ROOT / name, copy / name, ignore=MADE)
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, copy)
    for name in ("tests", "scripts", "docs", "outputs"):
        (copy / name).mkdir()
        (copy / name / "__init__.py").touch()
    built = subprocess.run(
        [sys.executable, "-c", BUILD, str(out)], cwd=copy, capture_output=True, text=True, check=True
    )
    return zipfile.ZipFile(out / built.stdout.splitlines()[-1])


def test_every_file_of_our_packages_is_in_it_and_no_other(wheel: zipfile.ZipFile) -> None:
    inside = {name for name in wheel.namelist() if ".dist-info/" not in name}
    files = {
        str(path.relative_to(ROOT))
        for name in NAMES
        for path in (ROOT / name).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and path.suffix not in (".db-wal", ".db-shm")
    }
    assert inside == files


def test_it_brings_the_command_and_no_name_beside_ours(wheel: zipfile.ZipFile) -> None:
    (folder,) = {name.partition("/")[0] for name in wheel.namelist() if ".dist-info/" in name}
    assert set(wheel.read(f"{folder}/top_level.txt").decode().split()) == set(NAMES)
    points = configparser.ConfigParser()
    points.read_string(wheel.read(f"{folder}/entry_points.txt").decode())
    assert dict(points["console_scripts"]) == {"ttc": "harness.__main__:main"}
    assert any(name.endswith("licenses/LICENSE") for name in wheel.namelist())


def test_it_runs_from_where_it_was_unpacked(wheel: zipfile.ZipFile, tmp_path: Path) -> None:
    wheel.extractall(tmp_path / "site")
    code = "import sys; sys.argv[1:] = ['runs', '--archive', 'published', '--csv']; import harness.__main__ as ours; "
    code += "print(ours.__file__); ours.main()"
    environment = {"PYTHONPATH": str(tmp_path / "site"), "PATH": ""}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
    first, head, *rows = done.stdout.splitlines()
    assert first == str(tmp_path / "site" / "harness" / "__main__.py")
    assert head.startswith("id,") and len(rows) == 1
