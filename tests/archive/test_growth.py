"""Recording a program costs SQLite as many steps late in a run as early."""

from collections.abc import Callable
from pathlib import Path

from archive import Archive, Exchange
from tests.archive import sample_records as sample


def steps(archive: Archive, job: Callable[[], object]) -> int:
    """Instructions that SQLite's virtual machine executes for a job."""
    counted = 0

    def count() -> int:
        nonlocal counted
        counted += 1
        return 0

    connection = archive.db.conn
    connection.set_progress_handler(count, 1)
    try:
        job()
    finally:
        connection.set_progress_handler(None, 1)
    return counted


def test_bookkeeping_does_not_grow_with_the_run(tmp_path: Path) -> None:
    with Archive.open(tmp_path / "a.db") as archive:
        run_id = archive.start_run(sample.run())
        taken = {}
        for number in range(1, 202):
            exchange = Exchange(number, "answer/0", f"hash-{number}", "the contract", f"answer {number}")
            program = sample.program(name=str(number), parents=[f"{run_id}.1"] if number > 1 else [])
            if number in (11, 201):
                taken[number] = (
                    steps(archive, lambda: archive.record_exchange(run_id, exchange)),  # noqa: B023
                    steps(archive, lambda: archive.record_program(run_id, program, [("note", "text")])),  # noqa: B023
                )
            else:
                archive.record_exchange(run_id, exchange)
                archive.record_program(run_id, program, [("note", "text")])
    for early, late in zip(taken[11], taken[201], strict=True):
        assert late <= early + 20
