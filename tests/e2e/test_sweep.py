"""`ttc discover -m` and a folder of one's own, as a person runs them."""

from pathlib import Path

from tests.e2e.conftest import Ttc

SMALL = ("encoder=wordllama", "tasks.names=[pandas-see-also]", "tasks.max_queries=15", "search.generations=0")


def test_a_sweep_runs_every_job_and_leaves_only_its_archive(ttc: Ttc, tmp_path: Path) -> None:
    done = ttc("discover", SMALL[0], "-m", *SMALL[1:], "search.seed=1,2", "archive.path=größe.db")
    assert done.returncode == 0, done.stderr
    assert "Job 1 of 2 (search.seed=1): complete." in done.stdout
    assert "Job 2 of 2 (search.seed=2): complete." in done.stdout
    assert {entry.name for entry in tmp_path.iterdir()} <= {"cache", "größe.db"}
    assert ttc("runs", "--csv", "--archive", "größe.db").stdout.count("\n") == 3


def test_a_job_that_fails_leaves_the_others_alone(ttc: Ttc) -> None:
    done = ttc("discover", *SMALL, "archive.path=no-such-folder/a.db,a.db", "--multirun")
    assert done.returncode == 1
    assert "Job 1 of 2 (archive.path=no-such-folder/a.db): failed." in done.stdout
    assert "Job 2 of 2 (archive.path=a.db): complete." in done.stdout
    assert "Traceback" not in done.stderr


def test_a_mistake_in_any_job_is_told_before_the_first(ttc: Ttc, tmp_path: Path) -> None:
    done = ttc("discover", "-m", *SMALL, "search.seed=1,many")
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "ttc-archive.db").exists()


def test_a_folder_of_ones_own(ttc: Ttc, tmp_path: Path) -> None:
    (tmp_path / "my" / "experiment").mkdir(parents=True)
    (tmp_path / "my" / "experiment" / "mine.yaml").write_text("# @package _global_\nsearch:\n  seed: 7\n")
    done = ttc("discover", "--config-dir", "my", "+experiment=mine", "--cfg", "job")
    assert done.returncode == 0, done.stderr
    assert "  seed: 7\n" in done.stdout
    assert ttc("evaluate", "cosine", "+experiment=mne", "--config-dir=my").returncode == 2
    assert ttc("discover", "--cfg", "hydra").returncode == 2
