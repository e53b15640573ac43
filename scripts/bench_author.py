"""What evidence and trials bring a simulated author at equal spending: three curves with bands.

    python scripts/bench_author.py [--dollars 2] [--seeds 5] [--png author.png] [KEY=VALUE ...]

The author is a simple reader behind a loopback server (`scripts/author/stand_in.py` says all that it can do); prompts,
trials, evaluation, spending and caps are the real ones. Every run ends when its dollars are spent, at 3, 0.30 and 15
dollars per million tokens of input, of cached input and of output, so that longer prompts and trials cost programs.
Figures are of the best program by the queries that the search selects by, and the delta of that program on the unseen
ones. It is a simulation: it shows that the text can be used, not what a language model makes of it.
"""

import argparse
import logging
import sys
import tempfile
from collections.abc import Sequence
from itertools import accumulate
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pytest_httpserver import HTTPServer

sys.path.insert(0, str(Path(__file__).parents[1]))

from archive import Archive
from harness import api
from harness.ending import one_sentence
from harness.report.pictures import write_picture
from scripts.author.stand_in import Author
from tests.harness.proposers.fake_provider import FakeProvider

ARMS = {
    "evidence=none": ("proposer.evidence=none",),
    "evidence=figures": ("proposer.evidence=figures",),
    "evidence=figures trials=2": ("proposer.evidence=figures", "proposer.trials=2"),
}
FIXED = (
    "proposer=anthropic",
    "proposer.model=stand-in",
    "proposer.price.input=3",
    "proposer.price.output=15",
    "proposer.price.cache_read=0.3",
    "proposer.max_output_tokens=6000",
    "search.generations=400",
    "encoder=wordllama",
)
POINTS = 8


class Step(NamedTuple):
    """A program of a run, when it was recorded."""

    dollars: float
    searched: float | None
    unseen: float | None


def main() -> None:
    """Run every arm with every seed; print the table, draw the curves."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dollars", type=float, default=2.0)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--png", type=Path, help="draw the curves, .png, .svg or .pdf")
    parser.add_argument("settings", nargs="*", metavar="KEY=VALUE")
    arguments = parser.parse_args()
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    spent = np.linspace(0, arguments.dollars, POINTS + 1)[1:]
    curves: dict[str, NDArray[np.float64]] = {}
    print("delta of the best program, searched and unseen queries: mean over seeds, standard error\n")
    print("arm | programs | " + " | ".join(f"${dollars:.2f}" for dollars in spent))
    for arm, words in ARMS.items():
        runs = [
            spend(arguments.dollars, seed, [*words, *arguments.settings], trials="trials" in arm)
            for seed in range(arguments.seeds)
        ]
        curves[arm] = np.array([[best(run, dollars) for dollars in spent] for run in runs])
        made = np.mean([len(run) for run in runs])
        for which, name in enumerate(("searched", "unseen")):
            mean, error = mean_and_error(curves[arm][:, :, which])
            cells = (f"{m:+.4f} ± {e:.4f}" for m, e in zip(mean, error, strict=True))
            print(f"{arm}, {name} | {made:.1f} | " + " | ".join(cells), flush=True)
    first, *others = curves
    for arm in others:  # the seeds draw alike in every arm, so pairs of them say more than two means
        for at in (POINTS // 2 - 1, POINTS - 1):
            mean, error = mean_and_error((curves[arm] - curves[first])[:, at])
            told = (
                f"{name} {m:+.4f} ± {e:.4f}" for name, m, e in zip(("searched", "unseen"), mean, error, strict=True)
            )
            print(f"{arm} less {first}, at ${spent[at]:.2f}: {', '.join(told)}")
    if arguments.png:
        draw(curves, spent, arguments.png)


def spend(dollars: float, seed: int, words: Sequence[str], *, trials: bool) -> list[Step]:
    """One run until its dollars are spent."""
    with tempfile.TemporaryDirectory() as folder, HTTPServer(threaded=True) as server:
        FakeProvider(server, Author(seed, trials=trials).script)
        path = Path(folder) / "run.db"
        settings = [*FIXED, f"search.seed={seed}", f"caps.dollars={dollars}", f"archive.path={path}"]
        # What is unseen, and where trials look, is the same in every arm.
        settings.append(f"archive.secret={seed:032x}")
        settings += [f"proposer.base_url={server.url_for('')}", *words]
        api.discover(*settings)
        with Archive.open(path, read_only=True) as archive:
            programs = archive.programs(archive.resolve_run("latest"))
    costs = accumulate(sum(call.cost_usd or 0.0 for call in each.record.usage) for each in programs)
    return [
        Step(cost, each.record.mean_delta, each.record.unseen_delta)
        for cost, each in zip(costs, programs, strict=True)
        if each.record.generation
    ]


def best(run: Sequence[Step], dollars: float) -> tuple[float, float]:
    """The best delta by the searched queries after so many dollars, and the same program's on unseen ones."""
    seen = [each for each in run if each.dollars <= dollars and each.searched is not None]
    found = max(seen, key=lambda each: each.searched or 0.0, default=Step(0.0, 0.0, 0.0))
    return max(found.searched or 0.0, 0.0), found.unseen or 0.0


def mean_and_error(values: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean over seeds (rows) and its standard error, float64, one for each column."""
    return values.mean(axis=0), values.std(axis=0, ddof=1) / np.sqrt(len(values))


def draw(curves: dict[str, NDArray[np.float64]], spent: NDArray[np.float64], path: Path) -> None:
    """Lines with bands of one standard error: searched queries, and unseen ones, side by side."""
    points: list[dict[str, Any]] = []
    for arm, values in curves.items():
        for which, name in enumerate(("searched queries", "unseen queries")):
            mean, error = mean_and_error(values[:, :, which])
            points += [
                {"arm": arm, "of": name, "dollars": d, "mean": m, "low": m - e, "high": m + e}
                for d, m, e in zip(spent.tolist(), mean.tolist(), error.tolist(), strict=True)
            ]
    x = {"field": "dollars", "type": "quantitative", "title": "dollars spent"}
    y = {"type": "quantitative", "title": "delta of the best program", "scale": {"zero": False}}
    color = {"field": "arm", "type": "nominal", "legend": {"title": None, "orient": "top"}, "sort": list(curves)}
    layers = [
        {"mark": {"type": "area", "opacity": 0.2}, "encoding": {"y": {**y, "field": "low"}, "y2": {"field": "high"}}},
        {"mark": {"type": "line", "point": True}, "encoding": {"y": {**y, "field": "mean"}}},
    ]
    spec = {"width": 300, "height": 220, "encoding": {"x": x, "color": color}, "layer": layers}
    write_picture(
        {
            "background": "white",
            "padding": 12,
            "data": {"values": points},
            "facet": {"column": {"field": "of", "title": None}},
            "spec": spec,
        },
        path,
    )


if __name__ == "__main__":
    with one_sentence("bench_author"):
        main()
