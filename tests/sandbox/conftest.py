"""A small task, a running sandbox and an encoder stand-in simple enough to check by eye."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from sandbox import EmbedRefused, EmbedRequest, Execution, Limits, Sandbox, TaskInputs

Q_TEXTS = ["red fox", "blue whale", "green tea"]
D_TEXTS = ["a fox is red", "the whale swims", "tea grows", "nothing here", "red tea"]
DIM = 4


def unit_rows(rows: int, seed: int) -> NDArray[np.float32]:
    matrix = np.random.default_rng(seed).normal(size=(rows, DIM)).astype(np.float32)
    return matrix / np.linalg.norm(matrix, axis=1, keepdims=True)


Q_EMB, D_EMB = unit_rows(len(Q_TEXTS), 1), unit_rows(len(D_TEXTS), 2)
SIM = Q_EMB @ D_EMB.T


def embed(request: EmbedRequest) -> NDArray[np.float32]:
    """Unit rows whose first entry tells the length of the text."""
    if request.adapter is not None:
        raise EmbedRefused("This encoder has no adapters.")
    vectors = np.ones((len(request.texts), request.dim or DIM), np.float32)
    vectors[:, 0] = [1 + len(text) for text in request.texts]
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def program(body: str) -> str:
    """A program from the body of its rerank function."""
    lines = "\n".join(f"    {line}" for line in body.strip().splitlines())
    return f"import numpy as np\n\n\ndef rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):\n{lines}\n"


def gone(pid: int) -> bool:
    """Whether a process ends within a minute; a zombie counts as ended."""
    for _ in range(1200):
        try:
            if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except (FileNotFoundError, ProcessLookupError):
            return True
        time.sleep(0.05)
    return False


@pytest.fixture
def inputs() -> Iterator[TaskInputs]:
    with TaskInputs.create(Q_EMB, D_EMB, SIM, Q_TEXTS, D_TEXTS) as inputs:
        yield inputs


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(level="none", workers=2) as sandbox:
        yield sandbox


@pytest.fixture
def run(sandbox: Sandbox, inputs: TaskInputs) -> Callable[..., Execution]:
    """Run a program given by the body of its rerank function, within a minute."""

    def run_body(body: str, **limits: float) -> Execution:
        return sandbox.run(program(body), inputs, embed=embed, limits=Limits(**{"wall_s": 60.0} | limits))

    return run_body
