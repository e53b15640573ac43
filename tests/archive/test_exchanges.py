"""Exchanges are kept before anything is done with them, and come back whole."""

from pathlib import Path

from archive import Archive, Exchange, RunRecord

RUN = RunRecord("compute", 0, {}, {}, {}, {"name": "e", "fingerprint": "f"}, {}, [])


def exchange(number: int, step: str = "answer/0", text: str = "") -> Exchange:
    request = "the contract\n" * 50 + "\n".join(f"row {n}" for n in range(number)) + text
    return Exchange(number, step, f"hash-{number}{text}", request, f'{{"text": "answer {number}{text}"}}')


def test_exchanges_come_back_in_order_from_another_opening(tmp_path: Path) -> None:
    kept = [exchange(1), exchange(1, "answer/1"), exchange(2), exchange(3, text=" é")]
    with Archive.open(tmp_path / "a.db") as archive:
        run_id = archive.start_run(RUN)
        for one in kept[:2]:
            archive.record_exchange(run_id, one)
    with Archive.open(tmp_path / "a.db") as archive:
        for one in kept[2:]:
            archive.record_exchange(run_id, one)
        assert archive.exchanges(run_id) == kept
        assert archive.n_exchanges(run_id) == len(kept)


def test_the_newest_answer_of_a_step_counts(tmp_path: Path) -> None:
    with Archive.open(tmp_path / "a.db") as archive:
        run_id = archive.start_run(RUN)
        archive.record_exchange(run_id, exchange(1))
        archive.record_exchange(run_id, exchange(1, text=" again"))
        archive.record_exchange(run_id, exchange(2))
        assert archive.answer(run_id, 1, "answer/0") == ("hash-1 again", '{"text": "answer 1 again"}')
        assert archive.answer(run_id, 1, "answer/1") is None
        assert len(archive.exchanges(run_id)) == 3


def test_two_runs_keep_their_own(tmp_path: Path) -> None:
    with Archive.open(tmp_path / "a.db") as archive:
        first, second = archive.start_run(RUN), archive.start_run(RUN)
        for number in range(1, 5):
            archive.record_exchange(first, exchange(number))
            archive.record_exchange(second, exchange(number, text=" second"))
        assert archive.exchanges(first) == [exchange(number) for number in range(1, 5)]
        assert archive.exchanges(second) == [exchange(number, text=" second") for number in range(1, 5)]
