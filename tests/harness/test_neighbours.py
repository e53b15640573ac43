"""A person's own `archive` or `configs` on the search path: `ttc` runs, and `import harness` names the clash."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import ttc_retrieval
from harness import neighbours

START = f"import sys; sys.path.append({str(neighbours.HERE)!r}); "


def shadowed(folder: Path, *names: str) -> dict[str, str]:
    """An environment whose search path begins with packages of these names."""
    for name in names:
        (folder / name).mkdir()
        (folder / name / "__init__.py").touch()
    return {**os.environ, "PYTHONPATH": str(folder)}


def python(code: str, environment: dict[str, str], *options: str) -> subprocess.CompletedProcess[str]:
    command, elsewhere = [sys.executable, *options, "-c", code], environment["PYTHONPATH"]
    return subprocess.run(command, env=environment, cwd=elsewhere, capture_output=True, text=True, check=False)


def test_ttc_finds_its_own_packages_whatever_comes_first(tmp_path: Path) -> None:
    environment = shadowed(tmp_path, *ttc_retrieval.NAMES)
    code = "sys.argv[1:] = ['runs', '--archive', 'none.db']; import ttc_retrieval; ttc_retrieval.main()"
    done = python(START + code, environment)
    assert done.stderr.startswith("ttc: There is no archive none.db")


@pytest.mark.parametrize("name", neighbours.NAMES)
def test_a_library_that_is_hidden_names_the_clash(tmp_path: Path, name: str) -> None:
    done = python(START + "import harness", shadowed(tmp_path, name))
    *_, last = done.stderr.splitlines()
    assert last.startswith(f"ImportError: The package '{name}' in {tmp_path / name} hides the one that harness needs")


def test_a_folder_without_a_package_hides_nothing(tmp_path: Path) -> None:
    for name in neighbours.NAMES:
        (tmp_path / name).mkdir()
    assert python(START + "import harness", {**os.environ, "PYTHONPATH": str(tmp_path)}).returncode == 0


def test_packages_that_were_written_over_are_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "harness").mkdir()
    (tmp_path / "harness" / "__init__.py").touch()
    own = Path(ttc_retrieval.__file__).read_text("utf-8")
    (tmp_path / "ttc_retrieval.py").write_text(own, "utf-8")
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    # Without site: an editable install finds what the folder lacks.
    done = python("import ttc_retrieval; ttc_retrieval.main()", environment, "-S")
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith("ttc: The packages of ttc-retrieval in ")
    assert "are not whole (No module named 'harness.cli'); another package may have written over them" in line


def test_both_know_the_same_packages() -> None:
    assert set(ttc_retrieval.NAMES) == {*neighbours.NAMES, "harness"}
