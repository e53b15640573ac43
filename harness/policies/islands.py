"""Islands: several populations that breed apart and send their best across now and then.

An island is a property of a program's number, so nothing has to be remembered beside the ledger.
"""

from collections.abc import Mapping, Sequence

from harness.policies.candidate import Candidate


def of(number: int, islands: int) -> int:
    """The island on which program `number` is born."""
    return number % islands


def inhabitants(
    candidates: Sequence[Candidate], numbers: Mapping[str, int], number: int, *, islands: int, seeds: int, every: int
) -> list[Candidate]:
    """The candidates that may be parents of program `number`.

    Those born on its island, the seeds (the first `seeds` numbers, at home everywhere), and the best of every other
    island as of the last migration, which happens after every `every` programs.
    """
    home = of(number, islands)
    migrated = (number - 1) // every * every
    residents = [c for c in candidates if numbers[c.id] <= seeds or of(numbers[c.id], islands) == home]
    for other in range(islands):
        abroad = [c for c in candidates if seeds < numbers[c.id] <= migrated and of(numbers[c.id], islands) == other]
        if other != home and abroad:
            residents.append(max(abroad, key=lambda c: (c.worth, -numbers[c.id])))
    return sorted(residents, key=lambda c: numbers[c.id])
