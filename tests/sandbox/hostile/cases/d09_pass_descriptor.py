"""Pass a descriptor to the parent, which would have to close it."""

import socket

EXPECT = "exception"
CONTROL = None


def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):
    socket.send_fds(socket.socket(fileno=3), [b""], [0] * 100)
    return sim
