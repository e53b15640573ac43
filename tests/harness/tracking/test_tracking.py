"""A run that is told to a tracker as well: the real libraries write to a folder, and their failures harm nothing."""

import json
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from archive import Archive
from harness import testing
from harness.api import discover
from harness.errors import UsageError
from harness.evaluation.watcher import Watcher
from harness.programs.view import LedgerRow
from harness.settings import compose
from harness.settings.tracking import TrackingSettings
from harness.tracking import load
from harness.tracking.__main__ import main
from harness.tracking.load import load_tracker, require_tracker
from harness.tracking.protocol import Begun
from harness.tracking.told import Tracking, figures_of
from harness.tracking.wandb_tracker import WandbTracker

ROW = LedgerRow("run.7", "a", (), "admitted", "", "", "", 0.25, 1.5, 2, 0, 1, {"t": 0.5}, cost_usd=0.01)
FAILED = LedgerRow("run.8", "b", (), "rejected", "", "", "", None, None, 0, 0, 0)


def lines(settings: TrackingSettings, *numbers: int) -> list[str]:
    """What the run's side of the pipe says."""
    first = {"settings": vars(settings), "begun": {"run_id": "abc123", "config": {"search": {"seed": 3}}}}
    told = [{"number": number, "figures": figures_of(ROW, 0.25, 2, 0.5)} for number in numbers]
    return [json.dumps(one) for one in (first, *told, {"status": "finished"})]


def test_trackio_has_every_program_of_a_run_that_goes_on(tmp_path: Path) -> None:
    pytest.importorskip("trackio")
    settings = TrackingSettings("trackio", place=str(tmp_path))
    noted: list[str] = []
    for numbers in ((1, 2), (3,)):
        tracker = Tracking(settings, Begun("abc123", {"search": {"seed": 3}}), noted.append)
        for number in numbers:
            tracker.record(replace(ROW, id=f"abc123.{number}"), 0.25, 2, 0.5)
        tracker.ending("finished")
        tracker.close()
    assert noted == []
    with sqlite3.connect(tmp_path / "ttc.db") as connection:
        rows = connection.execute("SELECT run_name, step, metrics FROM metrics ORDER BY step").fetchall()
    assert [(name, step) for name, step, _ in rows] == [("abc123", 1), ("abc123", 2), ("abc123", 3)]
    figures = json.loads(rows[0][2])
    assert (figures["mean_delta"], figures["delta.t"], figures["dollars"]) == (0.25, 0.5, 0.5)


def test_mlflow_has_one_run_for_one_of_ours(tmp_path: Path) -> None:
    tracking = pytest.importorskip("mlflow.tracking")
    settings = TrackingSettings("mlflow", project="searches", place=str(tmp_path / "runs"), options={"team": "a"})
    assert main(lines(settings, 1, 2)) == 0 and main(lines(settings, 3)) == 0
    client = tracking.MlflowClient(tracking_uri=(tmp_path / "runs").as_uri())
    (run,) = client.search_runs([client.get_experiment_by_name("searches").experiment_id])
    assert (run.info.status, run.data.params["search.seed"], run.data.tags["team"]) == ("FINISHED", "3", "a")
    history = client.get_metric_history(run.info.run_id, "mean_delta")
    assert [(one.step, one.value) for one in history] == [(1, 0.25), (2, 0.25), (3, 0.25)]


def test_wandb_writes_its_files_without_a_network(tmp_path: Path) -> None:
    pytest.importorskip("wandb")
    settings = TrackingSettings("wandb", place=str(tmp_path), options={"mode": "offline"})
    assert main(lines(settings, 1)) == 0
    (written,) = tmp_path.glob("wandb/offline-run-*-ttc-abc123/run-ttc-abc123.wandb")
    assert written.stat().st_size > 0


def test_the_built_in_one_keeps_the_contract_and_a_broken_one_is_told(tmp_path: Path) -> None:
    pytest.importorskip("trackio")
    testing.check_tracker(lambda: load_tracker(TrackingSettings("trackio", place=str(tmp_path))))

    class Forgetful(WandbTracker):
        def begin(self, begun: Begun) -> None:
            raise OSError("no room")

    with pytest.raises(testing.ContractBroken, match="OSError"):
        testing.check_tracker(lambda: Forgetful(TrackingSettings()))


def test_figures_are_numbers_and_what_is_not_there_is_left_out() -> None:
    assert figures_of(FAILED, None, 0, 0.0) == {"admitted": 0.0, "frontier": 0.0, "dollars": 0.0}
    assert figures_of(ROW, 0.3, 2, 0.5)["best_worth"] == 0.3


def test_a_tracker_that_fails_is_told_once_and_no_more(tmp_path: Path) -> None:
    pytest.importorskip("trackio")
    noted: list[str] = []
    settings = TrackingSettings("trackio", place=str(tmp_path), options={"nonsense": 1})
    tracker = Tracking(settings, Begun("abc123"), noted.append)
    for _ in range(3):
        tracker.record(ROW, 0.25, 1, 0.0)
    tracker.close()
    tracker.close()
    (said,) = noted
    assert "The tracker trackio is told no more (TypeError: " in said and "nonsense" in said


def test_a_tracker_that_hangs_is_left_behind(tmp_path: Path) -> None:
    pytest.importorskip("mlflow.tracking")
    noted: list[str] = []
    tracker = Tracking(TrackingSettings("mlflow", place="http://127.0.0.1:9"), Begun("abc123"), noted.append)
    for _ in range(2000):  # more than the pipe holds: the run does not wait for it
        tracker.record(ROW, 0.25, 1, 0.0)
    tracker.close(wait_s=0.1)
    (said,) = noted
    assert "it does not keep up" in said


def test_a_name_that_nothing_has_and_a_package_that_is_missing_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match=r"There is no tracker 'wandbb'.*did you mean 'wandb'"):
        require_tracker(TrackingSettings("wandbb"))
    with pytest.raises(UsageError, match=r"tracking 'wandbb'.*did you mean 'wandb'"):
        compose(["tracking=wandbb"])
    monkeypatch.setitem(load.BUILT_IN, "no_such_package", WandbTracker)
    with pytest.raises(UsageError, match=r"pip install 'ttc-retrieval\[no_such_package\]'.*tracking\.kind=none"):
        require_tracker(TrackingSettings("no_such_package"))


def test_a_run_is_the_same_with_a_tracker_that_fails_and_with_none(quick: list[str], tmp_path: Path) -> None:
    pytest.importorskip("trackio")
    heard: list[str] = []

    class Heard(Watcher):
        def noted(self, sentence: str) -> None:
            heard.append(sentence)

    words = [word for word in quick if not word.startswith(("encoders=", "archive.path="))]
    words += ["encoder=wordllama", "search.generations=1", "archive.secret=of-this-test", "tasks.names=[task-0]"]
    failing = ["tracking=trackio", "tracking.options.nonsense=1", f"tracking.place={tmp_path / 'there'}"]
    runs = [
        discover(*words, *more, f"archive.path={tmp_path / name}", watcher=Heard())
        for name, more in (("with.db", failing), ("without.db", []))
    ]
    assert all(run.complete for run in runs) and sum("told no more" in sentence for sentence in heard) == 1
    told = []
    for run in runs:
        with Archive.open(run.archive, read_only=True) as archive:
            told.append([(one.record.source, one.record.mean_delta, one.record.verdict) for one in run.programs()])
            assert archive.run(run.id).record.config["tracking"]["kind"] == ("trackio" if run is runs[0] else "none")
    assert told[0] == told[1]
