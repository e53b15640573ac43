"""Programs that authors may well write pass the rules and run, locked, the same way every time."""

from collections.abc import Iterator
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from primitives import programs
from sandbox import Sandbox, TaskInputs, Verdict, rules
from tests.sandbox.conftest import D_EMB, D_TEXTS, Q_EMB, Q_TEXTS, SIM, embed

FOLDER = Path(__file__).with_name("honest")

CHANNELS = {
    "cosine": "sim",
    "query role": "embed_fn(q_texts, role='query') @ d_emb.T",
    "first sentence": "q_emb @ embed_fn([t.split('. ')[0] for t in d_texts], max_tokens=64).T",
    "reverse rank": "-np.argsort(np.argsort(-sim, axis=1, kind='stable'), axis=1, kind='stable').astype(float)",
}
NORMALISATIONS = {
    "none": "x",
    "minmax": "(x - x.min(1, keepdims=True)) / (np.ptp(x, axis=1, keepdims=True) + 1e-9)",
    "softmax": "np.exp(8 * (x - x.max(axis=1, keepdims=True)))",
    "centred": "x - np.median(x, axis=1)[:, np.newaxis]",
}
FUSIONS = {
    "sum": "a + b",
    "product": "(1 + a) * (1 + b)",
    "maximum": "np.maximum(a, b)",
    "reciprocal rank": "1 / (60 + ranks(a)) + 1 / (60 + ranks(b))",
}
TEMPLATE = """import numpy as np


def ranks(x):
    return np.argsort(np.argsort(-x, axis=1, kind="stable"), axis=1, kind="stable")


def normalise(x):
    return {normalisation}


def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):
    a = normalise(np.asarray({channel}, dtype=np.float64))
    b = normalise(np.asarray(sim, dtype=np.float64))
    return {fusion} + 1e-6 * sim
"""


def honest() -> Iterator[tuple[str, str]]:
    for file in sorted(FOLDER.glob("*.py")):
        yield file.stem, file.read_text()
    for name in programs.SEEDS:
        yield name, programs.source(name)
    for channel, normalisation, fusion in product(CHANNELS, NORMALISATIONS, FUSIONS):
        parts = {"channel": CHANNELS[channel], "normalisation": NORMALISATIONS[normalisation]}
        yield f"{channel}, {normalisation}, {fusion}", TEMPLATE.format(fusion=FUSIONS[fusion], **parts)


PROGRAMS = dict(honest())


@pytest.fixture(scope="module")
def pair() -> Iterator[tuple[Sandbox, Sandbox, TaskInputs]]:
    with (
        Sandbox(level="none") as first,
        Sandbox(level="none", hash_seed=7, malloc_perturb=170) as second,
        TaskInputs.create(Q_EMB, D_EMB, SIM, Q_TEXTS, D_TEXTS) as inputs,
    ):
        yield first, second, inputs


def test_there_are_enough_of_them() -> None:
    assert len(PROGRAMS) >= 15 + 60


@pytest.mark.parametrize("name", PROGRAMS)
def test_an_honest_program_breaks_no_rule(name: str) -> None:
    assert rules.check(PROGRAMS[name]) == []


@pytest.mark.parametrize("name", PROGRAMS)
def test_an_honest_program_runs_twice_alike(pair: tuple[Sandbox, Sandbox, TaskInputs], name: str) -> None:
    first, second, inputs = pair
    one, other = (sandbox.run(PROGRAMS[name], inputs, embed=embed) for sandbox in (first, second))
    assert one.verdict is Verdict.OK, one.reason
    assert other.verdict is Verdict.OK, other.reason
    np.testing.assert_array_equal(one.scores, other.scores)
