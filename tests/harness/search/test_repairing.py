"""A program that fails when it is run goes back to its author before its generation is spent."""

from pathlib import Path
from typing import Any

import pytest

import harness
from harness.proposers.protocol import Briefing, NoProgram, Proposal
from tests.harness.search.test_unseen import words

HEAD = "import numpy as np\n\n\ndef rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):\n"


class Careless:
    """Divides by zero at every second program, and once more in the first repair of every fourth."""

    name = "careless"

    def __init__(self) -> None:
        self.repairs: list[tuple[int, int, str]] = []

    def propose(self, briefing: Briefing) -> Proposal:
        return Proposal(self._source(briefing.number, fails=not briefing.number % 2), f"Careless{briefing.number}")

    def repair(self, briefing: Briefing, proposal: Proposal, failure: NoProgram, attempt: int) -> Proposal:
        self.repairs.append((briefing.number, attempt, failure.sentence))
        fails = attempt == 0 and not briefing.number % 4
        return Proposal(self._source(briefing.number + 100 * (attempt + 1), fails), proposal.name)

    def _source(self, number: int, fails: bool) -> str:
        return f"{HEAD}    return sim * {number} + {number} // {int(not fails)} + np.sin({number} * sim)\n"


def recorded(run: Any) -> list[tuple[str, str, str]]:
    return [(one.record.name, one.record.verdict, one.record.source) for one in run.programs()]


@pytest.mark.parametrize("more", [(), ("search.in_flight=3", "executor.programs=3")])
def test_what_failed_is_asked_for_again_whatever_is_in_flight(tmp_path: Path, more: tuple[str, ...]) -> None:
    careless, told = Careless(), words(tmp_path, *more, "search.generations=5")
    run = harness.discover(*told, "proposer.repairs=2", proposer=careless)
    assert [verdict for _, verdict, _ in recorded(run)[3:]] == ["ok"] * 5
    asked = sorted(careless.repairs)
    assert [(number, attempt) for number, attempt, _ in asked] == [(4, 0), (4, 1), (6, 0), (8, 0), (8, 1)]
    assert all("ZeroDivisionError at line 5" in sentence for _, _, sentence in asked)
    with harness.open_archive(str(tmp_path / "a.db")) as archive:
        notes = [event.message for event in archive.events(run.id) if event.kind == "note"]
    assert any(note.startswith("Program 6: It was changed after it failed. On ") for note in notes)
    once = harness.discover(*told, proposer=Careless())
    assert [verdict for _, verdict, _ in recorded(once)[3:]] == ["exception", "ok", "ok", "ok", "exception"]


def test_a_resumed_run_is_the_unbroken_one(tmp_path: Path) -> None:
    told = words(tmp_path)
    whole = harness.discover(*told, "search.generations=4", proposer=Careless())
    begun = harness.discover(*told, "search.generations=1", proposer=Careless())
    resumed = harness.resume(begun, "search.generations=4", proposer=Careless())
    assert recorded(resumed) == recorded(whole)
