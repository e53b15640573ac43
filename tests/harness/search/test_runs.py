"""What a search checks before anything slow, and how it leaves its run where it fails before the loop."""

from dataclasses import replace
from pathlib import Path

import pytest

from archive import Archive
from harness.errors import UsageError
from harness.search.runs import _never_left_running, start
from harness.settings import Settings
from tests.archive import sample_records as sample


@pytest.mark.parametrize(
    ("setting", "value", "said"),
    [
        ("selection", "sigmiod", "did you mean 'sigmoid'"),
        ("measure", "nDCG10", r"did you mean 'nDCG'\?\); write nDCG@k, R@k, RR@k, AP@k or P@k"),
        ("measures", ["RR", "recal@5"], "There is no measure 'recal@5'"),
        ("maximise", "medain", r"did you mean 'median'\?\); choose one of mean, median, geometric_mean"),
    ],
)
def test_a_misspelt_setting_is_refused_before_anything_is_opened(
    tmp_path: Path, setting: str, value: object, said: str
) -> None:
    settings = Settings()
    settings = replace(settings, archive=replace(settings.archive, path=str(tmp_path / "a.db")))
    with pytest.raises(UsageError, match=said):
        start(replace(settings, search=replace(settings.search, **{setting: value})))  # type: ignore[arg-type]
    assert not (tmp_path / "a.db").exists()


@pytest.mark.parametrize(("before", "after"), [("running", "stopped"), ("finished", "finished")])
def test_a_failure_before_the_loop_leaves_no_run_running(tmp_path: Path, before: str, after: str) -> None:
    with Archive.open(tmp_path / "a.db") as archive:
        run_id = archive.start_run(sample.run())
        archive.set_status(run_id, before)
        with pytest.raises(KeyboardInterrupt), _never_left_running(archive, run_id):
            raise KeyboardInterrupt
        assert archive.run(run_id).status == after
