"""Recurse without end, with the recursion limit lifted."""

import sys

EXPECT = ("timeout", "memory", "crashed")


def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):
    sys.setrecursionlimit(1 << 30)

    def deeper():
        return deeper()

    return deeper()
