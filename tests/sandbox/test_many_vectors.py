"""Many vectors a text: what programs get of them, and what the wire carries."""

from collections.abc import Iterator

import numpy as np
import pytest

from primitives import MultiVectors as Primitive
from sandbox import EmbedRequest, Execution, Limits, Sandbox, TaskInputs, Verdict, frames, messages
from sandbox.conversation import Conversation
from sandbox.rules import check
from sandbox.vectors import MultiVectors
from tests.sandbox.conftest import D_EMB, D_TEXTS, DIM, Q_EMB, Q_TEXTS, SIM, embed, program, unit_rows

Q_VEC = MultiVectors(unit_rows(6, 3), np.array([0, 2, 3, 6]))
D_VEC = MultiVectors(unit_rows(9, 4), np.array([0, 1, 3, 4, 8, 9]))
EXPECTED = [[sum((D_VEC.of(d) @ v).max() for v in Q_VEC.of(q)) for d in range(5)] for q in range(3)]

MAXSIM = """
import numpy as np


def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts, q_vec, d_vec):
    best = np.maximum.reduceat(q_vec.vectors @ d_vec.vectors.T, d_vec.offsets[:-1], axis=1)
    return np.add.reduceat(best, q_vec.offsets[:-1], axis=0)
"""
ASKING = """
import numpy as np


def index(d_emb, *, embed_fn, d_texts, d_vec):
    return {"sizes": d_vec.sizes}


def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts, index, d_vec=None):
    found = embed_fn(q_texts, role="query", vectors=2)
    print(len(found), found.sizes.tolist(), found.of(1).tolist(), index["sizes"].tolist(), d_vec is None)
    return sim
"""


def give(request: EmbedRequest) -> np.ndarray | MultiVectors:
    """As many rows as the text has characters, at most those asked for; each row is the length of its text."""
    if request.vectors is None:
        return embed(request)
    sizes = [min(len(text), request.vectors) for text in request.texts]
    rows = np.repeat([len(text) for text in request.texts], sizes)
    return MultiVectors(np.repeat(rows[:, None], DIM, axis=1).astype(np.float32), np.cumsum([0, *sizes]))


@pytest.fixture(params=[{}, {"batch": 1}, {"shortlist": np.array([[0, 4], [1, 2], [3, -1]])}], ids=str)
def many(request: pytest.FixtureRequest) -> Iterator[TaskInputs]:
    listed = request.param.get("shortlist")
    sim = SIM if listed is None else np.take_along_axis(SIM, np.maximum(listed, 0), axis=1)
    with TaskInputs.create(Q_EMB, D_EMB, sim, Q_TEXTS, D_TEXTS, q_vec=Q_VEC, d_vec=D_VEC, **request.param) as inputs:
        yield inputs


def run(sandbox: Sandbox, source: str, inputs: TaskInputs) -> Execution:
    return sandbox.run(source, inputs, embed=give, limits=Limits(wall_s=10.0))


def test_programs_that_name_them_get_them_in_every_batch(sandbox: Sandbox, many: TaskInputs) -> None:
    assert not check(MAXSIM)
    scores = run(sandbox, MAXSIM, many).scores
    assert scores is not None
    if many.shortlist.size:
        expected = np.take_along_axis(np.array(EXPECTED), np.maximum(many.shortlist, 0), axis=1)
        np.testing.assert_allclose(scores[many.shortlist >= 0], expected[many.shortlist >= 0], atol=1e-6)
    else:
        np.testing.assert_allclose(scores, EXPECTED, atol=1e-6)


def test_embed_fn_gives_at_most_so_many_a_text(sandbox: Sandbox, inputs: TaskInputs) -> None:
    vectors = {"q_vec": Q_VEC, "d_vec": D_VEC}
    with TaskInputs.create(Q_EMB, D_EMB, SIM, ["a", "bcd", "ef"], D_TEXTS, **vectors) as filled:
        found = run(sandbox, ASKING, filled)
    assert found.stdout == f"3 [1, 2, 2] {[[3.0] * DIM] * 2} [1, 2, 1, 4, 1] False\n"
    assert found.embed_texts == 3


def test_with_one_vector_a_text_they_may_be_left_and_not_required(sandbox: Sandbox, inputs: TaskInputs) -> None:
    optional = MAXSIM.replace("q_vec, d_vec):", "q_vec=None, d_vec=None):\n    return sim")
    np.testing.assert_array_equal(run(sandbox, optional, inputs).scores, SIM)
    needed = run(sandbox, MAXSIM, inputs)
    assert needed.verdict is Verdict.EXCEPTION
    assert (
        needed.reason == "ValueError: The encoder gives one vector a text and no q_vec; write q_vec=None to do without."
    )


def test_a_large_request_travels_in_parts(sandbox: Sandbox, inputs: TaskInputs) -> None:
    asked: list[int] = []

    def count(request: EmbedRequest) -> np.ndarray | MultiVectors:
        asked.append(len(request.texts))
        return give(request)

    source = program("v = embed_fn(['abcd'] * 80, vectors=4096)\nprint(v.vectors.shape, len(v))\nreturn sim")
    assert sandbox.run(source, inputs, embed=count).stdout == "(320, 4) 80\n"
    assert sum(asked) == 80 and max(asked) * 4096 <= messages.MOST_ROWS


@pytest.mark.parametrize("vectors", [0, -1, True, 1.5, "2", 4097])
def test_a_request_for_no_or_too_many_vectors_is_no_message(vectors: object) -> None:
    payload = messages.pack_embed(["a"], "query", None, None, None, vectors)  # type: ignore[arg-type]
    talk = Conversation(Limits())
    talk.feed(frames.header(frames.STARTED, 0) + frames.header(frames.EMBED, len(payload)) + payload)
    assert talk.ending is not None and talk.ending.verdict is Verdict.PROTOCOL_ERROR


@pytest.mark.parametrize("offsets", [[0, 1], [0, 1, 1], [0, 1, 3], [1, 1, 2]], ids=str)
def test_offsets_that_fit_no_texts_are_the_harness_s_fault(
    sandbox: Sandbox, inputs: TaskInputs, offsets: list[int]
) -> None:
    source = program("embed_fn(['a', 'b'], vectors=1)\nreturn sim")
    wrong = MultiVectors(unit_rows(2, 0), np.array(offsets))
    assert sandbox.run(source, inputs, embed=lambda request: wrong).verdict is Verdict.HARNESS_ERROR
    with pytest.raises(ValueError, match="q_vec is not usable"):
        TaskInputs.create(unit_rows(2, 0), D_EMB, SIM[:2], ["q", "r"], D_TEXTS, q_vec=wrong, d_vec=D_VEC)


def test_the_value_is_that_of_the_primitives() -> None:
    other = Primitive(D_VEC.vectors, D_VEC.offsets)
    assert len(other) == len(D_VEC) and other.sizes.tolist() == D_VEC.sizes.tolist()
    rows = np.array([3, 0, 3])
    np.testing.assert_array_equal(other.take(rows).vectors, D_VEC.take(rows).vectors)
    np.testing.assert_array_equal(other.take(rows).offsets, D_VEC.take(rows).offsets)
