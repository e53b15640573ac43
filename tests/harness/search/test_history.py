"""What the loop remembers of recorded programs."""

from dataclasses import replace

from harness.programs.view import LedgerRow
from harness.search.history import History, Known


def known(
    number: int, delta: float | None, cost: float | None, *, parents: tuple[int, ...] = (), generation: int = 1
) -> Known:
    row = LedgerRow(
        id=f"run.{number}",
        name=f"program {number}",
        parents=tuple(f"run.{parent}" for parent in parents),
        status="rejected" if delta is None else "evaluated",
        reason="",
        novelty_claim="",
        lesson="",
        mean_delta=delta,
        worth=delta,
        cost_ratio=cost,
        wins=0,
        ties=0,
        losses=0,
    )
    behaviour = None if delta is None else (f"scores {number}",)
    return Known(row, f"source {number}", generation, "ok", f"exact {number}", f"structure {number}", behaviour)


def filled(*programs: Known) -> History:
    history = History()
    for program in programs:
        history.add(program)
    return history


def test_the_frontier_keeps_what_nothing_beats_in_both_cheapest_first() -> None:
    history = filled(
        known(1, 0.0, 1.0), known(2, 0.1, 4.0), known(3, 0.05, 5.0), known(4, 0.02, 2.0), known(5, 0.1, 4.0)
    )
    assert [view.id for view in history.frontier()] == ["run.1", "run.4", "run.2"]
    assert history.best_worth == 0.1


def test_a_program_reaches_the_frontier_where_nothing_matches_it_in_both() -> None:
    history = filled(known(1, 0.0, 1.0), known(2, 0.1, 4.0))
    assert history.reaches_frontier(2.0, 0.05)
    assert history.reaches_frontier(9.0, 0.2)
    assert not history.reaches_frontier(2.0, 0.0)
    assert not history.reaches_frontier(4.0, 0.1)


def test_rejected_programs_are_remembered_but_never_parents() -> None:
    history = filled(known(1, 0.0, 1.0, generation=0), known(2, None, None, parents=(1,)))
    assert [candidate.id for candidate in history.candidates()] == ["run.1"]
    assert len(history.ledger) == 2
    assert history.generations == 1
    assert history.same_source("exact 2") == "run.2"
    assert history.same_behaviour(("scores 2",)) is None


def test_children_are_counted_whether_they_came_to_anything_or_not() -> None:
    history = filled(known(1, 0.0, 1.0), known(2, 0.1, 2.0, parents=(1,)), known(3, None, None, parents=(1, 2)))
    assert {candidate.id: candidate.n_children for candidate in history.candidates()} == {"run.1": 2, "run.2": 1}


def test_the_first_of_two_equal_programs_is_the_one_that_is_named() -> None:
    first = known(1, 0.0, 1.0)
    twin = replace(known(2, 0.0, 1.0), behaviour=first.behaviour, exact_hash=first.exact_hash)
    history = filled(first, twin)
    assert history.same_behaviour(("scores 1",)) == "run.1"
    assert history.same_source("exact 1") == "run.1"
