"""The reference programs pass the static rules and run in the real sandbox as they do outside it."""

from collections.abc import Iterator

import numpy as np
import pytest

from harness.programs.inline import inline_primitives
from primitives import cosines, programs
from primitives.arrays import FloatMatrix
from sandbox import EmbedRequest, Sandbox, TaskInputs, rules
from sandbox.verdicts import Verdict
from tests.primitives.run import D_TEXTS, Q_TEXTS, embed, run_program


@pytest.fixture(scope="module")
def inputs() -> Iterator[TaskInputs]:
    q_emb, d_emb = embed(Q_TEXTS, role="query"), embed(D_TEXTS)
    with TaskInputs.create(q_emb, d_emb, cosines(q_emb, d_emb), Q_TEXTS, D_TEXTS) as filled:
        yield filled


@pytest.fixture(scope="module", params=[True, False], ids=["primitives", "inline"])
def box(request: pytest.FixtureRequest) -> Iterator[tuple[Sandbox, bool]]:
    with Sandbox(allow_primitives=request.param) as opened:
        yield opened, request.param


def answer(request: EmbedRequest) -> FloatMatrix:
    return embed(request.texts, role=request.role)


@pytest.mark.parametrize("name", programs.names())
def test_passes_the_rules_and_runs_in_the_sandbox(name: str, inputs: TaskInputs, box: tuple[Sandbox, bool]) -> None:
    sandbox, primitives_allowed = box
    source = programs.source(name) if primitives_allowed else inline_primitives(programs.source(name))
    assert rules.check(source, allow_primitives=primitives_allowed) == []
    execution = sandbox.run(source, inputs, embed=answer)
    assert execution.verdict is Verdict.OK, execution.reason
    assert execution.scores is not None
    assert np.array_equal(execution.scores, run_program(programs.source(name)))
