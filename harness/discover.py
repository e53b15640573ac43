"""The discovery loop: propose, check, evaluate, admit, record, repeat.

The archive is the only state. Every step reads what it needs from `History`, which is built from recorded rows alone,
so a resumed run goes on exactly as the unbroken one would have.
"""

import random
from collections.abc import Callable

from archive import Archive, ProgramRecord
from harness.admission import compute_rule
from harness.display import Display
from harness.evaluate import Evaluation
from harness.history import History
from harness.novelty import SourceFingerprint, fingerprint
from harness.policies.parents import by_name
from harness.proposers.protocol import Briefing, Proposal, Proposer
from harness.recording import behaviour_of, duplicate_record, evaluated_record, known_from_record, rejected_record
from harness.settings import Settings
from harness.workbench import Workbench
from primitives import programs
from sandbox import rules


class Discovery:
    """One run of the loop over an open archive, workbench and proposer."""

    def __init__(
        self,
        *,
        settings: Settings,
        archive: Archive,
        run_id: str,
        history: History,
        bench: Workbench,
        proposer: Proposer,
        display: Display,
    ) -> None:
        self._settings = settings
        self._archive = archive
        self._run_id = run_id
        self._history = history
        self._bench = bench
        self._proposer = proposer
        self._display = display
        self._select = by_name(settings.search.selection)

    def run(self, stopping: Callable[[], bool] = lambda: False) -> bool:
        """Record seeds and generations until the run is complete; True when it is, False when asked to stop.

        `stopping` is asked between programs.
        """
        while not self._complete():
            if stopping():
                return False
            self.step()
        return True

    def step(self) -> str:
        """Take one program from proposal to archive and return its id."""
        proposal, generation = self._next()
        self._display.program_started(generation, proposal.name)
        record = self._consider(proposal, generation)
        program_id = self._archive.record_program(self._run_id, record)
        known = known_from_record(program_id, record)
        self._history.add(known)
        self._display.program_recorded(known, self._history)
        return program_id

    def _complete(self) -> bool:
        return len(self._history) >= len(programs.SEEDS) and (
            self._history.generations >= self._settings.search.generations
        )

    def _next(self) -> tuple[Proposal, int]:
        recorded = len(self._history)
        if recorded < len(programs.SEEDS):
            name = programs.SEEDS[recorded]
            return Proposal(source=programs.source(name), name=name, mode="seed"), 0
        return self._proposer.propose(self.briefing()), self._history.generations + 1

    def briefing(self) -> Briefing:
        """What the proposer is told next."""
        search, number = self._settings.search, len(self._history) + 1
        rng = random.Random(f"{search.seed}:{number}:parents")
        parents = self._select(self._history.candidates(), rng, search.parents)
        return Briefing(
            run_id=self._run_id,
            seed=search.seed,
            number=number,
            objective=search.objective,
            parents=tuple(self._history.view(program_id) for program_id in parents),
            frontier=self._history.frontier(),
            ledger=tuple(self._history.ledger),
            allow_primitives=self._settings.program.primitives,
        )

    def _consider(self, proposal: Proposal, generation: int) -> ProgramRecord:
        """Static rules, then novelty, then evaluation, then admission."""
        hashes = fingerprint(proposal.source)
        violations = rules.check(proposal.source, allow_primitives=self._settings.program.primitives)
        if violations:
            return rejected_record(proposal, generation, hashes, violations)
        earlier = self._history.same_source(hashes.exact)
        if earlier is not None:
            return duplicate_record(
                proposal, generation, hashes, f"The same program as {earlier}, renamed or reformatted."
            )
        evaluation = self._bench.evaluator.evaluate(proposal.source, on_outcome=self._display.outcome)
        return self._judge(proposal, generation, hashes, evaluation)

    def _judge(
        self, proposal: Proposal, generation: int, hashes: SourceFingerprint, evaluation: Evaluation
    ) -> ProgramRecord:
        isolation = self._bench.sandbox.isolation
        behaviour = behaviour_of(evaluation)
        earlier = self._history.same_behaviour(behaviour) if behaviour else None
        if earlier is not None:
            reason = f"Its scores equal those of {earlier} bit for bit on every task."
            return duplicate_record(proposal, generation, hashes, reason, evaluation, isolation)
        decision = None
        if evaluation.mean_delta is not None:
            decision = compute_rule(evaluation.mean_delta, self._history.best_delta)
        return evaluated_record(proposal, generation, hashes, evaluation, decision, isolation)
