"""What every policy keeps: parent selection, the choice of a model, and the comparison of code."""

import copy
import random
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from harness.policies.bandit import ModelPolicy
from harness.policies.candidate import ParentPolicy
from harness.policies.similarity import MakeIndex
from harness.programs.view import ProgramView
from harness.testing.broken import require
from harness.testing.samples import briefing, candidates
from harness.text import counted


def check_policy(policy: ParentPolicy) -> None:
    """Try the contract of `ParentPolicy` on one. Raises ContractBroken for the first thing that it does not keep."""
    for n_candidates in (0, 1, 2, 25):
        for count in (0, 1, 2, 30):
            for seed in range(5):
                _check_draw(policy, n_candidates, count, seed)


def _check_draw(policy: ParentPolicy, n_candidates: int, count: int, seed: int) -> None:
    pool = candidates(n_candidates)
    untouched, world = copy.deepcopy(pool), random.getstate()
    drawn = policy(pool, random.Random(seed), count)
    where = f"with {counted(n_candidates, 'candidate')} and count={count}"
    require(isinstance(drawn, list), f"A list of ids is returned, {where}.")
    require(len(drawn) <= count, f"At most `count` ids are returned, {where}.")
    require(len(set(drawn)) == len(drawn), f"Ids are distinct, {where}.")
    require(set(drawn) <= {one.id for one in pool}, f"Ids are those of candidates, {where}.")
    require(drawn or not pool or not count, f"Somebody is chosen, {where}.")
    require(pool == untouched, f"The candidates are left as they were, {where}.")
    require(random.getstate() == world, f"Chance comes from `rng` alone, {where}.")
    again = policy(pool, random.Random(seed), count)
    require(drawn == again, f"The same state of `rng` gives the same ids, {where}.")


def check_model_policy(policy: ModelPolicy) -> None:
    """Try the contract of `ModelPolicy` on one. Raises ContractBroken for the first thing that it does not keep."""
    models = ["large", "small", "other"]
    for number in (4, 5, 12, 40):
        ledger = briefing(number).ledger
        for cheapness in (0.0, 0.5, 1.0):
            chosen = policy(models, ledger, random.Random(number), number, cheapness=cheapness)
            require(chosen in models, "One of `models` is returned.")
            again = policy(models, ledger, random.Random(number), number, cheapness=cheapness)
            require(chosen == again, "The same ledger and state of `rng` give the same model.")


def check_novelty(make: MakeIndex) -> None:
    """Try the contract of `Nearest` on what `make` gives. Raises ContractBroken for what it does not keep."""
    programs: list[ProgramView] = []
    index = make(_letters, programs)
    source = briefing(4).frontier[0].source
    require(index.nearest(source, 0) is None, "Among no programs there is none.")
    programs += briefing(4).frontier
    for among in (1, 2, 3):
        view, similarity = index.nearest(source, among) or (None, 0.0)
        require(view is not None, "Among some programs there is a most similar one.")
        require(view in programs[:among], "Only the first `among` programs are looked at.")
        require(similarity <= 1 + 1e-5, "A similarity is at most 1.")
        require((view, similarity) == index.nearest(source, among), "The same question has the same answer.")
        copied = view is not None and view.source == source and similarity > 1 - 1e-5
        require(copied, "A copy of the first program is found, with similarity 1.")


def _letters(texts: Sequence[str]) -> NDArray[np.float32]:
    """Unit rows that count letters, float32 (n, 128): an encoder for comparing code that needs no model."""
    counts = np.array([np.bincount([ord(c) % 128 for c in text] or [0], minlength=128) for text in texts], np.float32)
    unit: NDArray[np.float32] = counts / np.linalg.norm(counts, axis=1, keepdims=True)
    return unit
