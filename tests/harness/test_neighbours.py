"""A person's own `archive` or `configs` on the search path: `ttc` runs, and the library names the clash."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from harness import neighbours

START = f"import sys; sys.path.append({str(neighbours.HERE)!r}); "


def shadowed(folder: Path, *names: str) -> dict[str, str]:
    """An environment whose search path begins with packages of these names."""
    for name in names:
        (folder / name).mkdir()
        (folder / name / "__init__.py").touch()
    return {**os.environ, "PYTHONPATH": str(folder)}


def python(code: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    command, elsewhere = [sys.executable, "-c", code], environment["PYTHONPATH"]
    return subprocess.run(command, env=environment, cwd=elsewhere, capture_output=True, text=True, check=False)


def test_ttc_finds_its_own_packages_whatever_comes_first(tmp_path: Path) -> None:
    code = "sys.argv[1:] = ['runs', '--archive', 'none.db']; from harness.__main__ import main; main()"
    done = python(START + code, shadowed(tmp_path, *neighbours.NAMES))
    assert done.stderr.startswith("ttc: There is no archive none.db")


@pytest.mark.parametrize("name", neighbours.NAMES)
def test_a_library_that_is_hidden_names_the_clash(tmp_path: Path, name: str) -> None:
    done = python(START + "from harness import discover", shadowed(tmp_path, name))
    *_, last = done.stderr.splitlines()
    assert last.startswith(f"ImportError: The package '{name}' in {tmp_path / name} hides the one that harness needs")


def test_a_folder_without_a_package_hides_nothing(tmp_path: Path) -> None:
    for name in neighbours.NAMES:
        (tmp_path / name).mkdir()
    assert python(START + "from harness import discover", {**os.environ, "PYTHONPATH": str(tmp_path)}).returncode == 0
