"""Briefings made up for tests of what is said to a model."""

from harness.programs.view import LedgerRow, ProgramView
from harness.proposers.protocol import Briefing

SOURCE = "def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):\n    return sim + {n}\n"


def row(n: int, *, failed: bool = False, **fields: object) -> LedgerRow:
    values: dict[str, object] = {
        "id": f"run-x.{n}",
        "name": f"Program{n}",
        "parents": (f"run-x.{n - 1}",) if n > 1 else (),
        "status": "rejected" if failed else "evaluated",
        "reason": f"Reason {n}." if failed else "",
        "novelty_claim": f"claim-{n} " + "word " * 20,
        "lesson": f"lesson-{n}",
        "mean_delta": None if failed else n / 1000,
        "worth": None if failed else n / 1000,
        "cost_ratio": None if failed else 1 + n / 10,
        "wins": n,
        "ties": 1,
        "losses": 2,
        "deltas": {} if failed else {"law": n / 1000, "docs": n / 500},
    }
    return LedgerRow(**(values | fields))  # type: ignore[arg-type]


def view(n: int) -> ProgramView:
    return ProgramView(f"run-x.{n}", f"Program{n}", SOURCE.format(n=n), n / 1000, 1 + n / 10, n / 1000)


def briefing(rows: int = 10, *, parents: tuple[int, ...] = (3, 7), frontier: tuple[int, ...] = (2, 7, 9)) -> Briefing:
    return Briefing(
        run_id="run-x",
        seed=0,
        number=rows + 1,
        objective="compute",
        parents=tuple(map(view, parents)),
        frontier=tuple(map(view, frontier)),
        ledger=tuple(row(n, failed=n % 5 == 0) for n in range(1, rows + 1)),
    )
