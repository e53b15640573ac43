"""End early with sys.exit(0), as if all were well."""

import sys

EXPECT = "exception"


def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):
    sys.exit(0)
