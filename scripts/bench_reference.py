"""Every reference program, and the learned heads, on folders in BEIR layout; and what of the published claims holds.

    python scripts/bench_reference.py --search FOLDER... --held-out FOLDER... [--encoder minilm] [--max-queries 150]

Prints cost, deltas and intervals for each set of folders, the same programs apart by whether they use BM25, with
--heads (which needs both sets) what learned heads gain, and what of the claims the sets can tell. What is evaluated is
kept in --archive and not evaluated again, so the script can be stopped and started.
"""

import argparse
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from harness import api
from harness.cli.outputs import Outputs, show, show_heads
from harness.ending import one_sentence
from harness.reproduce.claims import Claim, judge
from harness.reproduce.lexical import correlation, halve
from harness.reproduce.published import load_published
from harness.reproduce.report import Part, programs_section
from harness.results import Heads
from harness.results import Matrix as Measured
from harness.screen.column import ABSENT
from harness.screen.columns import interval_text
from harness.screen.live import open_matrix
from harness.transfer.analysis import Analysis, ProgramRow, analyse
from harness.transfer.matrix import Matrix

_NOTHING = analyse(Matrix((), (), (), ()))


def main() -> None:
    """Evaluate each set of folders and print its table, then the heads and the claims."""
    arguments = _arguments()
    sets = {"search": arguments.search, "held-out": arguments.held_out}
    found = {name: _measure(name, folders, arguments) for name, folders in sets.items() if folders}
    heads = _heads(arguments) if arguments.heads else None
    in_domain, held_out = (found[name].analysis if name in found else _NOTHING for name in sets)
    of_heads = (heads.in_domain.analysis, heads.held_out.analysis) if heads else (_NOTHING, _NOTHING)
    claims = _claims(judge(load_published(), in_domain, held_out, of_heads))
    halves = "\n\n".join(_halves_section(name, one.analysis) for name, one in found.items())
    print(f"\n{halves}\n\n{claims}")
    if folder := arguments.files:
        sections = {name: programs_section(name, Part(one.cells, one.analysis)) for name, one in found.items()}
        sections |= {"halves": halves, "claims": claims} | ({"heads": _heads_section(heads)} if heads else {})
        for name, text in sections.items():
            (folder / f"{name}.md").write_text(text + "\n", "utf-8")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--search", nargs="+", type=Path, default=[], metavar="FOLDER")
    parser.add_argument("--held-out", nargs="+", type=Path, default=[], metavar="FOLDER")
    parser.add_argument("--programs", nargs="+", default=["reference"])
    parser.add_argument("--encoder", default="minilm")
    parser.add_argument("--max-queries", type=int, default=150)
    parser.add_argument("--heads", action="store_true", help="train heads on the searched folders, judge them on both")
    parser.add_argument("--settings", nargs="+", default=[], metavar="KEY=VALUE", help="others, such as heads.seeds=1")
    parser.add_argument("--archive", default="bench-reference.db")
    parser.add_argument("--files", type=Path, metavar="FOLDER", help="write every table, and CSV and heatmap, there")
    arguments = parser.parse_args()
    if arguments.heads and not (arguments.search and arguments.held_out):
        parser.error("--heads needs --search to train on and --held-out to judge on.")
    if arguments.files:
        arguments.files.mkdir(parents=True, exist_ok=True)
    return arguments


def _tasks(folders: Sequence[Path], arguments: argparse.Namespace) -> list[str]:
    paths = ",".join(str(folder.resolve()) for folder in folders)
    return ["tasks=folder", f"tasks.paths=[{paths}]", f"tasks.max_queries={arguments.max_queries}"]


def _common(arguments: argparse.Namespace) -> list[str]:
    return [f"encoder={arguments.encoder}", f"archive.path={arguments.archive}", *arguments.settings]


def _measure(name: str, folders: Sequence[Path], arguments: argparse.Namespace) -> Measured:
    began = time.perf_counter()
    with open_matrix() as watcher:
        matrix = api.transfer(arguments.programs, *_common(arguments), *_tasks(folders, arguments), watcher=watcher)
    seconds = time.perf_counter() - began
    print(f"\n{name}: {len(matrix.cells.cells)} cells, {seconds:.0f} s with what the archive and the cache had")
    written = arguments.files
    csv, heatmap = (written / f"{name}.{ending}" if written else None for ending in ("csv", "png"))
    show(matrix, Outputs(csv=csv, heatmap=heatmap))
    return matrix


def _heads(arguments: argparse.Namespace) -> Heads:
    searched = [*_common(arguments), *_tasks(arguments.search, arguments)]
    with open_matrix() as watcher:
        judged = api.heads((), *searched, held_out=_tasks(arguments.held_out, arguments), watcher=watcher)
    show_heads(judged, Outputs())
    return judged


def _heads_section(heads: Heads) -> str:
    """Heads down, the three parts across: mean delta and its interval over tasks."""
    parts = {name: {row.program: row for row in part.analysis.rows} for name, part in heads.parts.items()}
    names = dict.fromkeys(name for rows in parts.values() for name in rows)
    lines = [f"| {name} | " + " | ".join(_mean(rows.get(name)) for rows in parts.values()) + " |" for name in names]
    return "\n".join(["| head | " + " | ".join(parts) + " |", "|---|" + "---|" * len(parts), *lines])


def _mean(row: ProgramRow | None) -> str:
    return ABSENT if row is None else f"{row.summary.mean:+.4f} {interval_text(row.mean_interval)}"


def _halves_section(title: str, analysis: Analysis) -> str:
    """Programs without BM25 and with it: how cost goes with gain in each, and where intervals over tasks lie."""
    return "\n".join(
        [
            f"## {title}, by whether a program uses BM25\n",
            "| programs | number | c | mean deltas | correlation of cost and gain | above zero | below | neither |",
            "|---|--:|---|---|--:|--:|--:|--:|",
            *_halves_rows(analysis),
        ]
    )


def _halves_rows(analysis: Analysis) -> Iterator[str]:
    halves = halve(analysis.rows)
    for name, rows in {"all": (*halves.without, *halves.with_bm25), **halves.by_name}.items():
        if not rows:
            continue
        costs, means = [row.cost_ratio for row in rows], [row.summary.mean for row in rows]
        together, found = correlation(rows), [row.mean_interval for row in rows if row.mean_interval]
        above, below = sum(one.low > 0 for one in found), sum(one.high < 0 for one in found)
        sides = (above, below, len(found) - above - below) if found else (ABSENT,) * 3
        yield (
            f"| {name} | {len(rows)} | {min(costs):.2f} to {max(costs):.2f} | {min(means):+.4f} to {max(means):+.4f} "
            f"| {ABSENT if together is None else f'{together:+.2f}'} | {' | '.join(map(str, sides))} |"
        )


def _claims(claims: Sequence[Claim]) -> str:
    rows = [f"| {claim.text} | {claim.answer} | {claim.ours} |" for claim in claims]
    return "\n".join(["## Published claims\n", "| published claim | here | figures |", "|---|---|---|", *rows])


if __name__ == "__main__":
    with one_sentence("bench_reference"):
        main()
