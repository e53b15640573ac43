"""Trust the words more the longer the query is, relative to the longest query of the batch."""

import re
import unicodedata

import numpy as np


def fold(text):
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return [word for word in re.findall(r"\w+", decomposed) if len(word) > 2]


def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):
    asked, held = [fold(text) for text in q_texts], [set(fold(text)) for text in d_texts]
    longest = max(map(len, asked), default=1) or 1
    gate = np.array([len(words) / longest for words in asked], dtype=np.float32)[:, None]
    overlap = np.array(
        [[sum(word in document for word in words) / (len(words) or 1) for document in held] for words in asked],
        dtype=np.float32,
    )
    return (1 - 0.5 * gate) * sim + 0.5 * gate * overlap
