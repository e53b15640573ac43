from harness.programs.many_vectors import needs_many_vectors
from primitives import programs

SOURCE = "def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts{more}):\n    return sim\n"


def test_only_what_must_have_them_needs_them() -> None:
    assert needs_many_vectors(SOURCE.format(more=", d_vec"))
    assert not needs_many_vectors(SOURCE.format(more=", d_vec=None"))
    assert not needs_many_vectors(programs.source("bm25"))
    index = "def index(d_emb, *, embed_fn, d_texts, d_vec):\n    return 1\n"
    assert needs_many_vectors(SOURCE.format(more=", index") + index)
