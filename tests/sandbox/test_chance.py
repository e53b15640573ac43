"""Chance that no rule can see shows when a program runs twice, in processes of their own; hash order is fixed."""

import numpy as np
import pytest
from numpy.typing import NDArray

from sandbox import Sandbox, TaskInputs, Verdict, rules
from tests.sandbox.conftest import D_EMB, D_TEXTS, Q_EMB, Q_TEXTS, SIM, embed, program

WORDS = 20
ORDER = program(f"""
order = list({{str(number) for number in range({WORDS})}})
return sim + np.array([[order.index(str(number)) for number in range(sim.shape[1])]])
""")

HIDDEN = {
    "address in a text": "return sim + sum(map(ord, next(map(repr, [embed_fn]))[-9:]))",
    "addresses of objects": "return sim + np.array([embed_fn], dtype=object).tobytes()[2]",
    "text of an object of its own": """
class Thing:
    pass
return sim + sum(map(ord, str(Thing())[-9:]))
""",
    "memory never filled": "return sim + np.nan_to_num(np.empty((400, 400), np.uint8)).sum()",
    "order of a set": ORDER,
}


def scores(source: str, hash_seed: int = 0, malloc_perturb: int = 0) -> NDArray[np.float32]:
    """What a program returns in a process of its own."""
    with (
        Sandbox(level="none", hash_seed=hash_seed, malloc_perturb=malloc_perturb) as sandbox,
        TaskInputs.create(Q_EMB, D_EMB, SIM, Q_TEXTS, D_TEXTS) as inputs,
    ):
        execution = sandbox.run(source, inputs, embed=embed)
    assert execution.verdict is Verdict.OK, execution.reason
    assert execution.scores is not None
    return execution.scores


def test_the_order_of_a_set_of_strings_is_the_same_in_every_process() -> None:
    np.testing.assert_array_equal(scores(ORDER), scores(ORDER))


@pytest.mark.parametrize("door", HIDDEN)
def test_what_no_rule_sees_shows_in_a_poisoned_process(door: str) -> None:
    source = HIDDEN[door] if HIDDEN[door].startswith("import") else program(HIDDEN[door])
    assert rules.check(source) == []
    drawn = {scores(source).tobytes()}
    drawn |= {scores(source, hash_seed=4242 + seed, malloc_perturb=0xA5).tobytes() for seed in range(3)}
    assert len(drawn) > 1
