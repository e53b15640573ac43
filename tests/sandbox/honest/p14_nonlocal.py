def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):
    calls = 0

    def scaled(row):
        nonlocal calls
        calls += 1
        return row * (1 + calls / 100)

    return [scaled(row) for row in sim]
