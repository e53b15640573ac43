"""Draw what the search policies are worth in simulated searches, with 95 % confidence bands over seeds.

    .venv/bin/python scripts/draw_policies.py policies.png [--seeds 200]

A stand-in model with known success rates takes the place of a language model; see scripts/policy_simulation.py.
"""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).parents[1]))

from harness.policies.parents import POLICIES
from harness.programs.fingerprint import fingerprint
from harness.report.drawing import Spec
from harness.report.pictures import write_picture
from scripts.policy_simulation import (
    search_by_bandit,
    search_by_selection,
    search_by_uniform_models,
    search_with_repeats,
)

GENERATIONS = 100
Curves = dict[str, Callable[[int], list[float]]]


def is_repeat(source: str, seen: list[str]) -> bool:
    """Whether an earlier program differs in names and constants only."""
    return fingerprint(source).structure in {fingerprint(one).structure for one in seen}


def selection() -> Curves:
    def curve(name: str) -> Callable[[int], list[float]]:
        return lambda seed: search_by_selection(POLICIES[name], generations=GENERATIONS, seed=seed)

    return {name: curve(name) for name in POLICIES}


def models() -> Curves:
    return {
        "bandit": lambda seed: search_by_bandit(generations=GENERATIONS, seed=seed),
        "uniform": lambda seed: search_by_uniform_models(generations=GENERATIONS, seed=seed),
    }


def novelty() -> Curves:
    def curve(rejects: Callable[[str, list[str]], bool]) -> Callable[[int], list[float]]:
        return lambda seed: [float(n) for n in search_with_repeats(rejects, evaluations=40, seed=seed)]

    return {"with rejection": curve(is_repeat), "without": curve(lambda source, seen: False)}


def band(runs: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean and half-width of its 95 % interval at each generation, (G,) from (seeds, G)."""
    return runs.mean(axis=0), 1.96 * runs.std(axis=0, ddof=1) / np.sqrt(len(runs))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("picture", type=Path)
    parser.add_argument("--seeds", type=int, default=200)
    arguments = parser.parse_args()

    panels = {
        "Parent selection: best delta": selection(),
        "Choice of model: best delta": models(),
        "Novelty rejection: distinct programs evaluated": novelty(),
    }
    drawn = [panel(title, curves, arguments.seeds) for title, curves in panels.items()]
    write_picture(
        {"background": "white", "resolve": {"scale": {"color": "independent"}}, "hconcat": drawn}, arguments.picture
    )


def panel(title: str, curves: Curves, seeds: int) -> Spec:
    """One chart as Vega-Lite: a line with its band per curve."""
    rows = []
    for name, curve in curves.items():
        mean, half = band(np.array([curve(seed) for seed in range(seeds)]))
        rows += [
            {"programs": at, "curve": name, "mean": m, "low": m - h, "high": m + h}
            for at, (m, h) in enumerate(zip(mean.tolist(), half.tolist(), strict=True))
        ]
        print(f"{title}: {name} ends at {mean[-1]:.4f} ± {half[-1]:.4f} (n = {seeds} seeds)")
    value = {"type": "quantitative", "title": None, "scale": {"zero": False}}
    return {
        "title": title,
        "width": 380,
        "height": 300,
        "data": {"values": rows},
        "encoding": {
            "x": {"field": "programs", "type": "quantitative"},
            "color": {
                "field": "curve",
                "type": "nominal",
                "title": None,
                "legend": {"orient": "bottom", "symbolOpacity": 1},
            },
        },
        "layer": [
            {
                "mark": {"type": "area", "opacity": 0.2},
                "encoding": {"y": {"field": "low", **value}, "y2": {"field": "high"}},
            },
            {"mark": "line", "encoding": {"y": {"field": "mean", **value}}},
        ],
    }


if __name__ == "__main__":
    main()
