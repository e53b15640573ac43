"""Send text that is no valid Unicode, past embed_fn."""

import os

EXPECT = "protocol_error"


def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):
    payload = b'[["\\ud800"],"document",null,null,null]'
    os.write(3, b"E" + len(payload).to_bytes(4, "little") + payload)
    return sim
