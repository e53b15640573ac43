"""Islands breed apart until a migration."""

from statistics import mean

from harness.policies.candidate import Candidate
from harness.policies.islands import inhabitants, of
from harness.policies.parents import POLICIES
from scripts.policy_simulation import search_on_islands

CANDIDATES = [Candidate(f"p{n}", n / 100, 1.0, 0) for n in range(1, 12)]
NUMBERS = {f"p{n}": n for n in range(1, 12)}


def parents_of(number: int, every: int = 5) -> set[str]:
    born = [c for c in CANDIDATES if NUMBERS[c.id] < number]
    return {c.id for c in inhabitants(born, NUMBERS, number, islands=2, seeds=2, every=every)}


def test_before_a_migration_only_the_island_and_the_seeds() -> None:
    assert parents_of(8, every=100) == {"p1", "p2", "p4", "p6"}
    assert parents_of(9, every=100) == {"p1", "p2", "p3", "p5", "p7"}


def test_a_migration_brings_the_best_of_the_others() -> None:
    assert parents_of(8, every=5) == {"p1", "p2", "p4", "p6", "p5"}
    assert parents_of(11, every=5) == {"p1", "p2", "p3", "p5", "p7", "p9", "p10"}


def test_one_island_is_no_island() -> None:
    assert {c.id for c in inhabitants(CANDIDATES, NUMBERS, 12, islands=1, seeds=2, every=5)} == set(NUMBERS)
    assert {of(n, 3) for n in range(9)} == {0, 1, 2}


def test_islands_keep_more_lines_of_descent_alive() -> None:
    def lines(islands: int) -> float:
        policy = POLICIES["power_law"]
        runs = [search_on_islands(policy, islands=islands, generations=60, seed=seed) for seed in range(30)]
        return mean(runs)

    assert lines(4) > lines(1) + 0.5
