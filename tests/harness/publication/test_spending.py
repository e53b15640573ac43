"""What a published run tells of its spending and its authors."""

from dataclasses import replace
from pathlib import Path

from archive import Archive
from harness.publication.readme import readme
from tests.archive import sample_records as sample


def test_calls_are_told_by_model_with_what_is_not_known(tmp_path: Path) -> None:
    with Archive.open(tmp_path / "a.db") as archive:
        run_id = archive.start_run(sample.run())
        usage = [sample.usage(0.25), sample.usage(None, verdict="cut_off")]
        record = replace(sample.program(), model="some-model", mode="full", usage=usage)
        archive.record_program(run_id, record)
        page = readme(archive, archive.run(run_id), "CC0-1.0", 8)
    assert "| some-model | proposal | 2 | 1 | 60 | 60 | 0.2500, and 1 call of unknown cost |" in page
    assert "1 program of mode full, by some-model." in page and "as the caps of the run count: $0.25" in page
