"""What the static rules make of programs that are known to be honest: how many they refuse, and how near the limit of
data any of them comes. MAX_DATA_BITS is set from what this prints.

    python scripts/truth/rules.py [ARCHIVE ...]
"""

import ast
import random
import sqlite3
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

from harness.programs.inline import inline_primitives
from harness.proposers.recombine.genome import Space, fresh
from harness.proposers.recombine.source import render
from primitives import programs
from sandbox.rules import check
from sandbox.rules.capacity import measure
from sandbox.rules.table import MAX_DATA_BITS

ROOT = Path(__file__).parents[2]
RECOMBINED = 200


def report(archives: Sequence[Path] = ()) -> Iterator[str]:
    """A line for each kind of honest program, archives of finished runs among them; bits by percentile."""
    yield f"Data that honest programs can carry, in bits (limit {MAX_DATA_BITS})"
    yield f"{'programs':34} {'n':>5} {'refused':>8} {'median':>7} {'95 %':>6} {'most':>6}"
    for kind, sources in _kinds(archives).items():
        for form, texts in {"": sources, ", primitives written out": list(map(inline_primitives, sources))}.items():
            bits = [measure(ast.parse(text)).bits for text in texts]
            refused = sum(bool(check(text)) for text in texts)
            middle, high = np.percentile(bits, [50, 95])
            yield f"{kind + form:34} {len(texts):5} {refused:8} {middle:7.0f} {high:6.0f} {max(bits):6}"


def _kinds(archives: Sequence[Path]) -> Mapping[str, list[str]]:
    chance = random.Random(0)
    return {
        "reference": [programs.source(name) for name in programs.names()],
        "of the tests": [file.read_text() for file in sorted((ROOT / "tests/sandbox/honest").glob("*.py"))],
        "recombined": [render(fresh(chance, Space())) for _ in range(RECOMBINED)],
    } | {path.stem: _written(path) for path in archives}


def _written(path: Path) -> list[str]:
    """Sources of an archive that no static rule of its day refused, whichever version wrote it."""
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)
    try:
        kept = "SELECT source_hash FROM programs WHERE verdict != 'static_reject'"
        return [source for (source,) in connection.execute(f"SELECT source FROM sources WHERE hash IN ({kept})")]
    finally:
        connection.close()


if __name__ == "__main__":
    print(*report([Path(name) for name in sys.argv[1:]]), sep="\n")
