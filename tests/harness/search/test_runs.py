"""What a search checks before anything slow, and how it leaves its run where it fails before the loop."""

from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest

from archive import Archive
from harness.errors import UsageError
from harness.evaluation.given import Given
from harness.evaluation.watcher import Watcher, never
from harness.search.runs import Around, _never_left_running, _search
from harness.settings import Settings
from tests.archive import sample_records as sample


def test_a_misspelt_selection_is_refused_before_anything_is_opened() -> None:
    settings = Settings()
    settings = replace(settings, search=replace(settings.search, selection="sigmiod"))
    with pytest.raises(UsageError, match="did you mean sigmoid"):
        _search(settings, cast(Archive, None), [], None, Around(Given(), None, Watcher(), never))


@pytest.mark.parametrize(("before", "after"), [("running", "stopped"), ("finished", "finished")])
def test_a_failure_before_the_loop_leaves_no_run_running(tmp_path: Path, before: str, after: str) -> None:
    with Archive.open(tmp_path / "a.db") as archive:
        run_id = archive.start_run(sample.run())
        archive.set_status(run_id, before)
        with pytest.raises(KeyboardInterrupt), _never_left_running(archive, run_id):
            raise KeyboardInterrupt
        assert archive.run(run_id).status == after
