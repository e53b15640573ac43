"""What of a real run holds: its programs, chosen by in-domain figures alone, on folders that it did not search on.

    python scripts/bench_findings.py --search FOLDER... --held-out FOLDER... [--encoder minilm] [--recombine 0 1 2]

The run and its control come with the package; --search are folders of the collections that they were made on, or
others. Prints four tables: the chosen programs beside references; what feedback adds at equal numbers of programs;
what each third of the run added, in-domain and held out; the best inductive program without each of its parts. With
--recombine, the best of searches by recombination on the searched folders stand in the first, one for each encoder of
--recombine-with and each seed. What is evaluated is kept in --folder, and embeddings in the cache,
so the script can be stopped and started.
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from harness import api
from harness.ending import one_sentence
from harness.screen.live import open_matrix
from harness.transfer.matrix import Matrix
from scripts.findings.ablate import ablations
from scripts.findings.choose import CONTROL, PUBLISHED, Choice, Told, read_told, recombined
from scripts.findings.picture import draw_both
from scripts.findings.tables import Measured, differences_table, measured, programs_table

NOTHING = Matrix((), (), (), ())
REFERENCES = ("zscore_fusion", "bm25_rrf", "word_pairs")
AGAINST = "zscore_fusion"


def main() -> None:
    """Choose, evaluate, print."""
    arguments = _arguments()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    run, control = read_told(PUBLISHED, arguments.folder), read_told(CONTROL, arguments.folder)
    chosen = _chosen(run, control)
    named = {choice.word for group in chosen.values() for choice in group}
    fronts = [*run.frontier("frontier"), *run.frontier("inductive frontier", inductive=True)]
    chosen["frontiers"] = [choice for choice in fronts if choice.word not in named]
    chosen["references"] = [Choice("by hand", name, name) for name in REFERENCES]
    if arguments.recombine:
        settings = [*_tasks(arguments.search, arguments), *arguments.settings]
        settings.append(f"search.generations={len(run.programs)}")
        chosen["recombined"] = [
            choice
            for encoder in arguments.recombine_with or [arguments.encoder]
            for choice in recombined(arguments.folder, arguments.recombine, encoder, settings)
        ]
    if not arguments.no_ablations:
        best = run.best("", len(run.programs), inductive=True)
        (source,) = (each.record.source for each in run.programs if each.record.name == best.name)
        chosen["ablations"] = list(ablations(source, arguments.folder))
    found = _measure([choice for group in chosen.values() for choice in group], arguments)
    groups = {name: [replace(found[each.word], choice=each) for each in group] for name, group in chosen.items()}
    tables = _tables(groups, found[AGAINST])
    print("\n\n".join(f"## {title}\n\n{table}" for title, table in tables.items()))
    if arguments.png:
        shown = [*groups["run"][:2], *groups["control"], *groups["references"]]
        draw_both(shown, f"Chosen in-domain, then judged held out ({arguments.encoder})", arguments.png)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--search", nargs="+", type=Path, default=[], metavar="FOLDER")
    parser.add_argument("--held-out", nargs="+", type=Path, default=[], metavar="FOLDER")
    parser.add_argument("--encoder", default="minilm")
    parser.add_argument("--max-queries", type=int, default=150)
    parser.add_argument("--recombine", nargs="*", type=int, default=[], metavar="SEED")
    parser.add_argument(
        "--recombine-with", nargs="+", metavar="ENCODER", help="which encoders search so (default: --encoder)"
    )
    parser.add_argument("--no-ablations", action="store_true")
    parser.add_argument(
        "--settings", nargs="+", default=[], metavar="KEY=VALUE", help="others, such as cache.folder=PATH"
    )
    parser.add_argument("--png", type=Path, help="draw the first table, .png, .svg or .pdf")
    parser.add_argument("--folder", type=Path, default=Path("findings"), help="where archives are kept")
    arguments = parser.parse_args()
    if not (arguments.search or arguments.held_out):
        parser.error("name folders after --search or --held-out.")
    if arguments.recombine and not arguments.search:
        parser.error("--recombine needs --search to search on.")
    for folder in (*arguments.search, *arguments.held_out):
        if not folder.is_dir():  # else told after minutes of work that comes first
            parser.error(f"there is no folder {folder}.")
    return arguments


def _chosen(run: Told, control: Told) -> dict[str, list[Choice]]:
    """The choices, group by group; each of them by in-domain figures alone."""
    every, fewer = len(run.programs), len(control.programs)
    thirds = (every // 3, every * 2 // 3, every)
    return {
        "run": [
            run.best(f"best of {every}", every),
            run.best(f"best inductive of {every}", every, inductive=True),
            run.best(f"best of {fewer}", fewer),
            run.best(f"best inductive of {fewer}", fewer, inductive=True),
        ],
        "control": [
            control.best(f"best of {fewer} without feedback", fewer),
            control.best(f"best inductive of {fewer} without feedback", fewer, inductive=True),
        ],
        "thirds": [run.best(f"after {first}", first) for first in thirds],
        "inductive thirds": [run.best(f"after {first}", first, inductive=True) for first in thirds],
    }  # fmt: skip


def _tasks(folders: Sequence[Path], arguments: argparse.Namespace) -> list[str]:
    paths = ",".join(str(folder.resolve()) for folder in folders)
    return ["tasks=folder", f"tasks.paths=[{paths}]", f"tasks.max_queries={arguments.max_queries}"]


def _measure(choices: Sequence[Choice], arguments: argparse.Namespace) -> dict[str, Measured]:
    """By the choice's word; one that was chosen twice is measured once."""
    words = list(dict.fromkeys(choice.word for choice in choices))
    sets = [_matrix(words, folders, arguments) for folders in (arguments.search, arguments.held_out)]
    names = max((matrix.programs for matrix in sets), key=len)
    if len(names) != len(words):
        raise SystemExit(f"Two of the {len(words)} programs have the same code; take one out.")
    by_word = {choice.word: choice for choice in choices}
    return {word: measured(by_word[word], name, *sets) for word, name in zip(words, names, strict=True)}


def _matrix(words: Sequence[str], folders: Sequence[Path], arguments: argparse.Namespace) -> Matrix:
    if not folders:
        return NOTHING
    common = [f"encoder={arguments.encoder}", f"archive.path={arguments.folder / 'findings.db'}", *arguments.settings]
    with open_matrix() as watcher:
        return api.transfer(words, *common, *_tasks(folders, arguments), watcher=watcher).cells


def _tables(found: dict[str, list[Measured]], against: Measured) -> dict[str, str]:
    best, inductive, early, early_inductive = found["run"]
    blind, blind_inductive = found["control"]
    shown = [*found["run"], *found["frontiers"], *found["control"], *found.get("recombined", ()), *found["references"]]
    pairs = {
        f"feedback ({early.choice.name}) less none ({blind.choice.name})": (early, blind),
        f"inductive: feedback ({early_inductive.choice.name}) less none ({blind_inductive.choice.name})": (
            early_inductive, blind_inductive,
        ),
        f"what other queries give: {best.choice.name} less {inductive.choice.name}": (best, inductive),
    }  # fmt: skip
    tables = {
        "Programs": programs_table(shown, against),
        "Feedback, and the batch": differences_table(pairs),
        "What each third added": differences_table(
            {**_steps(found["thirds"], "any program"), **_steps(found["inductive thirds"], "inductive")}
        ),
    }
    if without := found.get("ablations"):
        rows = {f"{each.choice.label}": (each, inductive) for each in without}
        tables[f"{inductive.choice.name} without each of its parts, less itself"] = differences_table(rows)
    return {title: "\n".join(lines) for title, lines in tables.items()}


def _steps(thirds: Sequence[Measured], kind: str) -> dict[str, tuple[Measured, Measured]]:
    return {
        f"{kind}, {then.choice.label} to {now.choice.label.removeprefix('after ')} ({now.choice.name})": (now, then)
        for then, now in pairwise(thirds)
    }


if __name__ == "__main__":
    with one_sentence("bench_findings"):
        main()
