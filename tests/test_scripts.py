"""Scripts can be loaded, benchmarks say how they are called, and that of reference programs writes its tables."""

import gzip
import os
import runpy
import shutil
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from harness.tasks.folder import load_folder

ROOT = Path(__file__).parents[1]
SCRIPTS = sorted((ROOT / "scripts").rglob("*.py"))
BENCHES = sorted((ROOT / "scripts").glob("bench_*.py"))


def run(script: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    """Run a script as a person does."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    return subprocess.run(
        [sys.executable, script, *words], env=environment, capture_output=True, text=True, timeout=240, check=False
    )


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_a_script_can_be_loaded(script: Path) -> None:
    import_module(".".join(script.relative_to(ROOT).with_suffix("").parts))


@pytest.mark.parametrize("script", BENCHES, ids=lambda path: path.stem)
def test_a_benchmark_says_how_it_is_called(
    script: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """In this process, which has imported what it imports: the processes of all would take half a minute."""
    monkeypatch.setattr("sys.argv", [str(script), "--help"])
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(str(script), run_name="__main__")
    assert not ended.value.code and capsys.readouterr().out.startswith(f"usage: {script.name}")


def test_what_a_person_can_mend_ends_a_benchmark_in_one_sentence(tmp_path: Path) -> None:
    done = run(ROOT / "scripts" / "bench_vectors.py", str(tmp_path / "gone"), "--encoder", "wordllama")
    assert done.returncode == 2 and done.stderr.startswith(f"bench_vectors: There is no folder {tmp_path / 'gone'}")
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.long
def test_the_benchmark_of_reference_programs_writes_every_table(quick: list[str], tmp_path: Path) -> None:
    folders = [str(tmp_path / f"task-{number}") for number in range(3)]
    programs = ["--programs", "coverage_triple", "lexical_hybrid_rrf", "cross_round_rrf", "diverse_dual_ctx"]
    words = ["--search", *folders[:2], "--held-out", folders[2], *programs, "--encoder", "wordllama", "--heads"]
    words += ["--settings", "heads.kinds=[linear]", "heads.seeds=1", "heads.epochs=2"]
    kept = ["--archive", str(tmp_path / "bench.db"), "--files", str(tmp_path / "tables")]
    done = run(ROOT / "scripts" / "bench_reference.py", *words, *kept)
    assert done.returncode == 0, done.stderr
    tables = {path.name: path.read_text() for path in (tmp_path / "tables").glob("*.md")}
    assert set(tables) == {"search.md", "held-out.md", "halves.md", "heads.md", "claims.md"}
    assert "| without BM25 | 1 |" in tables["halves.md"] and "| with BM25 | 3 |" in tables["halves.md"]
    assert (tmp_path / "tables" / "held-out.csv").exists() and (tmp_path / "tables" / "search.png").exists()
    assert "its step is" in tables["claims.md"] and tables["heads.md"].count("| head ") == 2
    assert all(f"| {name} |" in tables["held-out.md"] for name in programs[1:])


def test_manual_pages_become_a_corpus_of_their_language(tmp_path: Path) -> None:
    from scripts.make_manuals import main

    told = "Verzeichnisse \\fBauflisten\\fP und mehr. " * 8
    for name, said, text in (
        ("ls.1", "Inhalte zeigen", told),
        ("dir.1", "dasselbe", told),
        ("rm.1", "Dateien", told[5:]),
    ):
        page = f".TH X 1\n.SH BEZEICHNUNG\n{name[:-2]} \\- {said}\n.SH ÜBERSICHT\nx\n.SH BESCHREIBUNG\n.PP\n{text}\n"
        (tmp_path / "man" / "man1").mkdir(parents=True, exist_ok=True)
        (tmp_path / "man" / "man1" / f"{name}.gz").write_bytes(gzip.compress(page.encode()))
    assert main([str(tmp_path / "man"), str(tmp_path / "de")]) == 0
    task = load_folder(tmp_path / "de")
    assert task.queries == {"dir.1": "dasselbe", "rm.1": "Dateien"}, "a copy stands for nothing"
    assert task.documents["dir.1"].startswith("Verzeichnisse auflisten und mehr. Verzeichnisse") and not task.notes
    assert main([str(tmp_path / "nothing"), str(tmp_path / "de")]) == 2


def test_heads_need_both_sets_of_folders() -> None:
    done = run(ROOT / "scripts" / "bench_reference.py", "--heads")
    assert done.returncode == 2 and "--heads needs --search" in done.stderr


@pytest.mark.parametrize("failing", ["", "ruff", "lint-imports", "deptry", "mypy", "python"])
def test_the_suite_fails_exactly_when_one_of_its_checks_fails(failing: str, tmp_path: Path) -> None:
    tools, scripts = tmp_path / "tools", tmp_path / "scripts"
    tools.mkdir()
    scripts.mkdir()
    for tool in ("ruff", "lint-imports", "deptry", "mypy", "python"):
        (tools / tool).write_text(f"#!/bin/sh\nexit {3 if tool == failing else 0}\n")
        (tools / tool).chmod(0o755)
    shutil.copy(ROOT / "scripts" / "test", scripts / "test")
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".venv" / "bin").symlink_to(tools)
    told = f'root="{tmp_path}"; venv="$root/.venv"; ensure_environment() {{ :; }}; ensure_browser() {{ :; }}\n'
    (scripts / "environment.sh").write_text(told)
    done = subprocess.run(["bash", scripts / "test"], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == (3 if failing else 0), done.stdout + done.stderr
