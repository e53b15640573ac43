"""Send a result, then another answer; only the first counts."""

import os
import struct

EXPECT = "bad_shape"


def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):
    payload = struct.pack("<cBQ", b"f", 1, 3)
    os.write(3, b"R" + len(payload).to_bytes(4, "little") + payload)
    return sim
