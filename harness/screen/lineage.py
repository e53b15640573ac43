"""Who descends from whom."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence

from archive import Program
from harness.screen.columns import Relative

DEEPEST = 12
"""Levels up to which each is set in by two blanks."""
FURTHEST = 32
"""Blanks at most; later generations stand as far in."""


def forest(programs: Sequence[Program]) -> list[Relative]:
    """All programs, each after its first parent; those without a parent among them are roots."""
    ids = {program.id for program in programs}
    first = {p.id: next((parent for parent in p.record.parents if parent in ids), None) for p in programs}
    children: dict[str, list[Program]] = defaultdict(list)
    for program in programs:
        if parent := first[program.id]:
            children[parent].append(program)
    return _inset(_descend([program for program in programs if first[program.id] is None], children))


def relatives(programs: Sequence[Program], program_id: str) -> list[Relative]:
    """A program's ancestors, itself and its descendants, each once, below all of its own ancestors and further in."""
    by_id = {program.id: program for program in programs}
    children: dict[str, list[str]] = defaultdict(list)
    for program in programs:
        for parent in program.record.parents:
            children[parent].append(program.id)
    up = _distances(program_id, lambda one: [parent for parent in by_id[one].record.parents if parent in by_id])
    down = _distances(program_id, lambda one: children.get(one, []))
    depths = {one: -distance for one, distance in up.items()} | down
    levels = _levels(sorted((by_id[one] for one in depths), key=lambda program: program.number))
    ordered = sorted(depths, key=lambda one: (levels[one], by_id[one].number))
    return _inset([(depths[one], levels[one], by_id[one]) for one in ordered])


def _inset(rows: Sequence[tuple[int, int, Program]]) -> list[Relative]:
    """Depth, level and program as rows of a table; a deep lineage is set in by single blanks."""
    deepest = max((level for _, level, _ in rows), default=0)
    step = 2 if deepest <= DEEPEST else 1
    return [Relative(depth, min(step * level, FURTHEST), program) for depth, level, program in rows]


def _distances(program_id: str, following: Callable[[str], Sequence[str]]) -> dict[str, int]:
    """The steps to each relative on one side, the shortest way."""
    distances = {program_id: 0}
    queue = [program_id]
    for current in queue:
        for one in following(current):
            if one not in distances:
                distances[one] = distances[current] + 1
                queue.append(one)
    return distances


def _levels(programs: Iterable[Program]) -> dict[str, int]:
    """The steps from an oldest ancestor, the longest way, so that no parent is as far in as its child."""
    levels: dict[str, int] = {}
    for program in programs:  # parents have lower numbers
        levels[program.id] = 1 + max(
            (levels[parent] for parent in program.record.parents if parent in levels), default=-1
        )
    return levels


def _descend(roots: Iterable[Program], children: Mapping[str, list[Program]]) -> list[tuple[int, int, Program]]:
    found: list[tuple[int, int, Program]] = []
    stack = [(0, root) for root in reversed(list(roots))]
    while stack:
        depth, program = stack.pop()
        found.append((depth, depth, program))
        stack += [(depth + 1, child) for child in reversed(children.get(program.id, []))]
    return found
