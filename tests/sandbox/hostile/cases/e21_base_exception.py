"""Raise something that is no Exception."""

EXPECT = "exception"


class Odd(BaseException):
    pass


def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):
    raise Odd("neither here nor there")
