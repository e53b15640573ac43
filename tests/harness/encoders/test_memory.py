import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from harness.encoders.entries import Entries
from harness.encoders.memory import MemoryLayer

DIM = 8


def entries(texts: list[str]) -> Entries:
    """Rows that tell which text they belong to."""
    vectors = np.array([[hash(text) % 997] * DIM for text in texts], dtype=np.float32).reshape(-1, DIM)
    tokens = np.array([len(text) for text in texts], dtype=np.int64)
    return Entries(np.arange(len(texts)), vectors, tokens, tokens / 10)


@given(
    st.lists(st.tuples(st.sampled_from("ab"), st.lists(st.text(max_size=6), unique=True, max_size=12)), max_size=20),
    st.integers(0, 4000),
)
def test_it_gives_back_what_was_put_in_and_stays_in_bounds(
    requests: list[tuple[str, list[str]]], max_bytes: int
) -> None:
    memory = MemoryLayer(DIM, max_bytes)
    for variant, texts in requests:
        memory.add(variant, texts, entries(texts))
        rows = memory.find(variant, texts)
        found = [text for text, row in zip(texts, rows, strict=True) if row >= 0]
        gathered = memory.gather(rows[rows >= 0])
        np.testing.assert_array_equal(gathered.vectors, entries(found).vectors)
        np.testing.assert_array_equal(gathered.tokens, entries(found).tokens)
        assert memory.bytes_used <= max_bytes


def test_variants_do_not_mix() -> None:
    memory = MemoryLayer(DIM, 100_000)
    memory.add("query", ["a"], entries(["a"]))
    assert memory.find("document", ["a"]).tolist() == [-1]


def test_what_was_used_last_stays() -> None:
    memory = MemoryLayer(DIM, 4000)
    texts = [f"text {i}" for i in range(12)]
    memory.add("v", texts, entries(texts))
    memory.find("v", texts[:3])
    memory.add("v", more := [f"more {i}" for i in range(12)], entries(more))
    assert (memory.find("v", texts[:3]) >= 0).all()
    assert (memory.find("v", texts) < 0).any()
