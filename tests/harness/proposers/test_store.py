"""Exchanges in a real archive: found again, summed up, small."""

import random
from pathlib import Path

from archive import Archive, RunRecord
from harness.proposers.exchange import Exchange, Prompt
from harness.proposers.modes import Assignment
from harness.proposers.prompt import PromptWriter, prefix
from harness.proposers.record import RecordedExchange
from harness.proposers.spending import Amount
from harness.proposers.store import ArchiveStore
from harness.proposers.taboos import taboos
from harness.proposers.verdicts import AnswerVerdict
from harness.settings import ProgramSettings, SearchSettings
from tests.harness.proposers.briefings import briefing
from tests.harness.proposers.stand_in import USAGE

RUN = RunRecord("compute", 0, {}, {}, {}, {"name": "e", "fingerprint": "f"}, {}, [])


def recorded(number: int, text: str = "yes") -> RecordedExchange:
    exchange = Exchange(text, AnswerVerdict.OK, "end_turn", USAGE)
    return RecordedExchange(number, "answer/0", "m", f"h{number}", exchange)


def test_exchanges_are_found_and_summed_by_another_opening(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    with Archive.open(path) as archive:
        run_id = archive.start_run(RUN)
        store = ArchiveStore(archive, run_id)
        for number in (4, 5):
            call = store.begin(number, USAGE, Amount(9.0, 900))
            store.record(recorded(number), Prompt("fixed", f"body {number}"), call=call, charged=Amount(0.25, 110))
    with Archive.open(path) as archive:
        store = ArchiveStore(archive, run_id)
        assert store.lookup(4, "answer/0") == recorded(4)
        assert store.lookup(4, "answer/1") is None
        assert store.charged() == Amount(0.5, 220)
        assert archive.exchanges(run_id)[1].request == "fixed\x1fbody 5"


def test_a_recorded_program_with_its_prompt_stays_under_eight_kilobytes(tmp_path: Path) -> None:
    fixed = prefix(SearchSettings(objective="compute"), ProgramSettings(), taboos=taboos(), modules=["numpy"])
    writer = PromptWriter(fixed, budget=60_000)
    rng = random.Random(0)
    answer = " ".join(rng.choice(fixed.split()) for _ in range(600))
    with Archive.open(tmp_path / "a.db") as archive:
        store = ArchiveStore(archive, archive.start_run(RUN))
        for rows in range(1, 145):
            told = briefing(rows, parents=(rows, max(1, rows // 2)), frontier=tuple(range(1, rows + 1, 12)))
            store.record(recorded(rows, answer), writer.proposal(told, Assignment("full")))
        archive.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert (tmp_path / "a.db").stat().st_size / 144 < 8 * 1024
