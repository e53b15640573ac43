"""Send a pickle that runs a command where it is loaded."""

import os

EXPECT = "protocol_error"


def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):
    payload = b"cos\nsystem\n(S'echo REACHED'\ntR."
    os.write(3, b"R" + len(payload).to_bytes(4, "little") + payload)
    return sim
