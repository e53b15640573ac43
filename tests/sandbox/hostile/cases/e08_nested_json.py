"""Send an embed request nested 100,000 deep."""

import os

EXPECT = "protocol_error"


def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):
    payload = b"[" * 100_000
    os.write(3, b"E" + len(payload).to_bytes(4, "little") + payload)
    return sim
