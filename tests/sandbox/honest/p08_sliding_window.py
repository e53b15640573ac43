import numpy as np
from numpy.lib.stride_tricks import sliding_window_view


def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):
    windows = sliding_window_view(np.pad(sim, ((0, 0), (1, 1)), mode="edge"), 3, axis=1)
    ranked = np.sort(np.lib.stride_tricks.sliding_window_view(sim, 2, axis=1), axis=2)
    return sim - 0.1 * windows.mean(axis=2) + 0 * ranked.mean()
