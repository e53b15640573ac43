"""What machines did is kept with its run, travels with it, and is no part of what repetitions are compared by."""

from pathlib import Path

from archive import Archive, WorkRecord, Works
from archive.checking import check
from archive.portable import export_file, import_file
from tests.archive import sample_records as sample

WORK = [
    WorkRecord("1a2b3c4d", 1, runs=6, cpu_s=2.5, texts=80),
    WorkRecord("1a2b3c4d", None, batches=3, encoded=70, encoder_s=0.4),
    WorkRecord("5e6f7a8b", 1, lost=1),
]


def test_work_stays_with_its_run_and_is_no_part_of_its_export(tmp_path: Path) -> None:
    with Archive.open(tmp_path / "a.db") as archive:
        run_id = archive.start_run(sample.run())
        archive.record_program(run_id, sample.program(name="first"))
        before = archive.export(run_id)
        works = Works(archive, run_id)
        works.record(WORK[:2])
        works.record(WORK[2:])  # as a resumed run does
        works.record([])
        assert works.all() == WORK
        assert archive.export(run_id) == before
        assert Works(archive, archive.start_run(sample.run())).all() == []
        export_file(archive, tmp_path / "out.db", [run_id])
    with Archive.open(tmp_path / "b.db") as other:
        import_file(other, tmp_path / "out.db")
        assert Works(other, run_id).all() == WORK
        assert check(other) == []
