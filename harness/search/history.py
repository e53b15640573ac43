"""What a run has learnt so far, as the archive holds it: the loop's only memory."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from archive import ProgramRecord, TrialRecord, non_dominated
from harness.policies.candidate import Candidate
from harness.programs.view import LedgerRow, ProgramView
from harness.search.noise import Cosine, Rooms, errors_of, gain_of


@dataclass(frozen=True)
class Known:
    """One recorded program, with what duplicates are told by."""

    row: LedgerRow
    source: str
    generation: int
    verdict: str
    exact_hash: str
    structure_hash: str
    behaviour: tuple[str, ...] | None
    """Hashes of its score matrices on all tasks; None unless every task ended OK."""
    validation: Mapping[str, NDArray[np.float32]] | None = None
    """Of an admitted program of a transfer search: hidden task to the run's measure per query, float32 (Q,)."""
    searched: Mapping[str, NDArray[np.float32]] | None = None
    """Of a program with a result: searched task to the run's measure per query, unseen ones too, float32 (Q,)."""
    tested: bool = False
    """Whether the hidden tasks of a transfer search were asked to decide on it."""

    @property
    def view(self) -> ProgramView:
        return ProgramView(
            self.row.id,
            self.row.name,
            self.source,
            self.row.mean_delta,
            self.row.cost_ratio,
            self.row.worth,
            self.row.over_budget,
        )


class History:
    """Recorded programs of one run, oldest first. Adding one costs the same at the first and at the thousandth."""

    def __init__(
        self,
        price: Callable[[ProgramRecord], float | None] = lambda record: record.cost_ratio,
        cosines: Mapping[str, Cosine] = MappingProxyType({}),
    ) -> None:
        """`cosines`, of the run's tasks that are not hidden, are what errors and rooms are told by."""
        self.price = price
        """Who tells a program's cost ratio on the axis that the run searches by; in texts unless one is given."""
        self.ledger: list[LedgerRow] = []
        self.programs: list[ProgramView] = []
        """All recorded programs, in the ledger's order."""
        self.best_worth: float | None = None
        self.record: Known | None = None
        """The program admitted last."""
        self.validated: Mapping[str, NDArray[np.float32]] | None = None
        """Hidden scores of the program that a transfer search admitted last."""
        self.tested = 0
        """Programs that the hidden tasks of a transfer search were asked to decide on."""
        self.generations = 0
        """Proposals recorded, seeds not counted."""
        self._verdict, self._in_a_row = "", 0
        self.surroundings = ""
        """The encoder and the tasks' shapes in words, as the run has recorded them."""
        self.shown: dict[int, str] = {}
        """Where programs fail on queries that count towards nothing, in words, by number."""
        self.looks: Callable[[], Sequence[TrialRecord]] = tuple
        """The run's trials so far, oldest first."""
        self.rooms = Rooms(cosines)
        self._cosines = cosines
        self._by_id: dict[str, Known] = {}
        self._exact: dict[str, str] = {}
        self._structure: dict[str, str] = {}
        self._behaviour: dict[tuple[str, ...], str] = {}
        self._children: Counter[str] = Counter()
        self._front: list[str] = []
        self._candidates: dict[str, Candidate] = {}

    def __len__(self) -> int:
        return len(self.ledger)

    def add(self, known: Known) -> None:
        """Remember a program that the archive has recorded."""
        known = self._with_noise(known)
        row = known.row
        self.ledger.append(row)
        self.programs.append(known.view)
        self._by_id[row.id] = known
        self._exact.setdefault(known.exact_hash, row.id)
        self._count_children(row.parents)
        self.generations += known.generation > 0
        self.tested += known.tested
        self._in_a_row = self._in_a_row + 1 if known.verdict == self._verdict else 1
        self._verdict = known.verdict
        if row.status == "rejected" or row.mean_delta is None or row.cost_ratio is None:
            return
        self._structure.setdefault(known.structure_hash, row.id)
        if known.behaviour is not None:
            self._behaviour.setdefault(known.behaviour, row.id)
        if row.worth is None:
            return
        self._candidates[row.id] = Candidate(row.id, row.worth, row.cost_ratio, self._children[row.id])
        self._front = self._non_dominated([*self._front, row.id])
        if row.status == "admitted":
            self.record = known
        self.validated = known.validation or self.validated
        if self.best_worth is None or row.worth > self.best_worth:
            self.best_worth = row.worth

    def last_in_a_row(self, verdict: str) -> int:
        """How many of the newest programs, without a break, ended with this verdict."""
        return self._in_a_row if verdict == self._verdict else 0

    def same_source(self, exact_hash: str) -> str | None:
        """The id of an earlier program with this exact hash."""
        return self._exact.get(exact_hash)

    def same_structure(self, structure_hash: str) -> str | None:
        """The id of an earlier program that ended well and differs from one with this hash in nothing but constants.

        One that failed is not among them: its constants may be why.
        """
        return self._structure.get(structure_hash)

    def same_behaviour(self, behaviour: tuple[str, ...]) -> str | None:
        """The id of an earlier program with bit-equal scores on every task."""
        return self._behaviour.get(behaviour)

    def view(self, program_id: str) -> ProgramView:
        return self._by_id[program_id].view

    def frontier(self) -> tuple[ProgramView, ...]:
        """Non-dominated programs, cheapest first."""
        return tuple(self._by_id[program_id].view for program_id in self._front)

    def frontier_at(self, number: int) -> tuple[ProgramView, ...]:
        """The frontier as it was after so many programs, in their order."""
        rows = [row for row in self.ledger[:number] if row.id in self._candidates]
        kept = non_dominated([row.cost_ratio or 0.0 for row in rows], [row.worth or 0.0 for row in rows])
        return tuple(self._by_id[rows[place].id].view for place in sorted(kept))

    def reaches_frontier(self, cost_ratio: float, worth: float) -> bool:
        """Whether a program with this result would be non-dominated."""
        return all(cost_ratio < (view.cost_ratio or 0.0) or worth > (view.worth or 0.0) for view in self.frontier())

    def examples(self, ids: Sequence[str]) -> str:
        """Where these programs fail on the queries that an author may read; empty where they fail on none."""
        found = {one: self.shown.get(int(one.rpartition(".")[2]), "") for one in ids} if self.shown else {}
        told = "".join(f"{one} {self._by_id[one].row.name}:\n{text}\n" for one, text in found.items() if text)
        return f"# Queries that the parents rank badly\n\nNo delta counts these.\n\n{told}" if told else ""

    def candidates(self) -> list[Candidate]:
        """Evaluated programs that have a worth, as parent selection sees them."""
        return list(self._candidates.values())

    def _with_noise(self, known: Known) -> Known:
        """The program with what of its deltas is noise, and the room that it leaves."""
        if known.searched is None:
            return known
        self.rooms.add(known.searched)
        before = (self._by_id[parent] for parent in known.row.parents if parent in self._by_id)
        parent = next((one for one in before if one.searched is not None), None)
        gain = None
        if parent is not None and parent.searched is not None:
            gain = gain_of(known.searched, parent.row.id, parent.searched, self._cosines)
        errors = errors_of(known.searched, self._cosines)
        return replace(known, row=replace(known.row, errors=errors, gain=gain))

    def _count_children(self, parents: Sequence[str]) -> None:
        self._children.update(parents)
        for parent in set(parents) & self._candidates.keys():
            self._candidates[parent] = replace(self._candidates[parent], n_children=self._children[parent])

    def _non_dominated(self, ids: list[str]) -> list[str]:
        rows = [self._by_id[program_id].row for program_id in ids]
        kept = non_dominated([row.cost_ratio or 0.0 for row in rows], [row.worth or 0.0 for row in rows])
        return [ids[index] for index in kept]
