"""Who descends from whom."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from archive import Program
from harness.screen.columns import Relative


def forest(programs: Sequence[Program]) -> list[Relative]:
    """All programs, each after its first parent; those without a parent among them are roots."""
    ids = {program.id for program in programs}
    first = {p.id: next((parent for parent in p.record.parents if parent in ids), None) for p in programs}
    children: dict[str, list[Program]] = defaultdict(list)
    for program in programs:
        if parent := first[program.id]:
            children[parent].append(program)
    return _descend([program for program in programs if first[program.id] is None], children, level=0)


def relatives(programs: Sequence[Program], program_id: str) -> list[Relative]:
    """A program's ancestors, the oldest first, itself, and its descendants, each once and as near as it is related."""
    by_id = {program.id: program for program in programs}
    children: dict[str, list[Program]] = defaultdict(list)
    for program in programs:
        for parent in program.record.parents:
            children[parent].append(program)
    distances = _ancestors(by_id, program_id)
    furthest = max(distances.values())
    older = sorted((i for i in distances if i != program_id), key=lambda i: (-distances[i], by_id[i].number))
    ancestors = [Relative(-distances[i], furthest - distances[i], by_id[i]) for i in older]
    return ancestors + _descend([by_id[program_id]], children, level=furthest)


def _ancestors(by_id: Mapping[str, Program], program_id: str) -> dict[str, int]:
    """The steps up to each ancestor, the shortest way."""
    distances = {program_id: 0}
    queue = [program_id]
    for current in queue:
        for parent in by_id[current].record.parents:
            if parent in by_id and parent not in distances:
                distances[parent] = distances[current] + 1
                queue.append(parent)
    return distances


def _descend(roots: Iterable[Program], children: Mapping[str, list[Program]], level: int) -> list[Relative]:
    found: list[Relative] = []
    seen: set[str] = set()
    stack = [(0, root) for root in reversed(list(roots))]
    while stack:
        depth, program = stack.pop()
        if program.id in seen:
            continue
        seen.add(program.id)
        found.append(Relative(depth, level + depth, program))
        stack += [(depth + 1, child) for child in reversed(children.get(program.id, []))]
    return found
