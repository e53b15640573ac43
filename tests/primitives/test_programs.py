"""Reference programs: complete sources that run, and keep to the contract."""

import subprocess
import sys

import numpy as np
import pytest

from primitives import programs
from tests.primitives.run import embed, load, run_program


def test_seeds_are_programs() -> None:
    assert set(programs.SEEDS) <= set(programs.names())


def test_an_unknown_name_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        programs.source("nonesuch")
    with pytest.raises(KeyError):
        programs.source("__init__")


@pytest.mark.parametrize("name", programs.names())
def test_runs_repeats_and_leaves_its_inputs_alone(name: str) -> None:
    scores = run_program(programs.source(name))
    assert np.isfinite(scores).all()
    assert np.ptp(scores) > 0
    assert np.array_equal(scores, run_program(programs.source(name)))
    texts = ["one text", "two texts", "three"]
    q_emb, d_emb = embed(texts[:2]), embed(texts)
    inputs = (q_emb, d_emb, q_emb @ d_emb.T)
    before = [matrix.copy() for matrix in inputs]
    load(programs.source(name))(*inputs, embed_fn=embed, q_texts=texts[:2], d_texts=texts)
    assert all(np.array_equal(after, kept) for after, kept in zip(inputs, before, strict=True))


@pytest.mark.parametrize("name", programs.names())
def test_a_single_query_and_a_single_document_are_a_task_too(name: str) -> None:
    assert np.isfinite(run_program(programs.source(name), q_texts=["a query"], d_texts=["A document."])).all()


def test_importing_primitives_needs_numpy_alone_and_loads_every_operation() -> None:
    script = (
        "import sys, primitives; import numpy\n"
        "heavy = {'torch', 'scipy', 'pandas', 'sklearn', 'transformers', 'harness', 'sandbox', 'archive'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
        "assert all(hasattr(primitives, name) for name in primitives.__all__)\n"
        "assert 'primitives.programs' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True)
