"""Match a regular expression with exponential backtracking."""

import re

EXPECT = "timeout"


def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):
    re.match("(a+)+$", "a" * 60 + "b")
    return sim
