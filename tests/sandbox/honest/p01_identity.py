def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):
    return sim
