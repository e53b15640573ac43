"""Raise an exception whose text cannot be made."""

EXPECT = "exception"


class Hostile(Exception):
    def __str__(self):
        raise self


def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):
    raise Hostile
