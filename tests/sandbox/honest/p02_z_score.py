def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):
    """Standardise each query's scores."""
    return (sim - sim.mean(axis=1, keepdims=True)) / (sim.std(axis=1, keepdims=True) + 1e-9)
