"""Made-up tasks, programs and briefings that the contract tests ask with."""

from harness.policies.candidate import Candidate
from harness.programs.view import LedgerRow, ProgramView
from harness.proposers.protocol import Briefing
from harness.tasks.task import RetrievalTask, make_task
from primitives import programs

SUBJECTS = ("harbour", "glacier", "violin", "senate", "enzyme", "orchard", "comet", "tunnel")
EVENTS = ("opened", "froze", "burned", "vanished", "grew")


def small_task(name: str = "sample") -> RetrievalTask:
    """Forty documents, five a subject; a query for each subject, which asks for one of its five."""
    documents = {
        f"{subject}-{event}": f"The {subject} {event} in {1900 + 7 * year}. Nobody had seen it since."
        for subject in SUBJECTS
        for year, event in enumerate(EVENTS)
    }
    queries = {subject: f"When was it that the {subject} {EVENTS[0]}?" for subject in SUBJECTS}
    qrels = {subject: {f"{subject}-{EVENTS[0]}": 1} for subject in SUBJECTS}
    return make_task(name=name, source="sample", queries=queries, documents=documents, qrels=qrels)


def candidates(count: int) -> list[Candidate]:
    """Programs of all sorts: better and worse than the cosine, cheap and costly, with and without children."""
    return [
        Candidate(f"run-x.{n}", worth=(n * 37 % 11 - 4) / 50, cost_ratio=1 + n * 13 % 7 / 2, n_children=n % 4)
        for n in range(count)
    ]


def briefing(number: int, *, objective: str = "compute", allow_primitives: bool = True) -> Briefing:
    """The briefing for program `number`, at least 1: the seeds, then copies of them, have gone before."""
    views = [_view(n) for n in range(1, number)]
    return Briefing(
        run_id="run-x",
        seed=0,
        number=number,
        objective=objective,
        parents=tuple(views[-2:]),
        frontier=tuple(views[:3]),
        ledger=tuple(_row(view) for view in views),
        allow_primitives=allow_primitives,
    )


def _view(n: int) -> ProgramView:
    name = programs.SEEDS[(n - 1) % len(programs.SEEDS)]
    return ProgramView(f"run-x.{n}", name, programs.source(name), mean_delta=n / 1000, cost_ratio=1 + n / 10)


def _row(view: ProgramView) -> LedgerRow:
    return LedgerRow(
        id=view.id,
        name=view.name,
        parents=(),
        status="evaluated",
        reason="",
        novelty_claim="",
        lesson="",
        mean_delta=view.mean_delta,
        cost_ratio=view.cost_ratio,
        wins=1,
        ties=0,
        losses=0,
        deltas={"sample": view.mean_delta or 0.0},
    )
