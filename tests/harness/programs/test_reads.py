"""What a program reads of vectors for a query, from its source."""

import pytest

from harness.programs.reads import GIVEN, read_by_rerank
from primitives import programs

POOLED = """
from primitives import maxsim, pool_vectors


def index(d_emb, *, embed_fn, d_texts, d_vec):
    return pool_vectors(d_vec, 8)


def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts, q_vec, index):
    return maxsim(q_vec, index, mean=True)
"""


@pytest.mark.parametrize(
    ("source", "read"),
    [
        (programs.source("identity"), {"sim"}),
        (programs.source("bm25"), set()),
        (programs.source("rocchio"), {"q_emb", "d_emb", "sim"}),
        (POOLED, {"q_vec"}),
        ("rerank = 3\n", GIVEN),
    ],
)
def test_what_rerank_names_is_read(source: str, read: set[str]) -> None:
    assert read_by_rerank(source) == read
